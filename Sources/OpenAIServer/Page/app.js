// The chat page: which conversation is shown, and how the page's controls act on it.

import { isConversationRunning } from "./answering.js";
import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { conversation as stored, loadConversations, newConversation, save, storageTrouble, watchConversations }
  from "./conversations.js";
import { element } from "./elements.js";
import { canChat, defaultModels, describeModel, fillPicker, loadModels, models, rememberModels } from "./models.js";
import { buildSettings, changedSettings, showKey } from "./settings.js";
import { followEnd } from "./scrolling.js";
import { bindPanels } from "./panels.js";
import { bindShortcuts } from "./shortcuts.js";
import { exportAll, importFiles, Sidebar } from "./sidebar.js";
import { announce, toast } from "./toast.js";
import { showWelcome } from "./welcome.js";

const part = (id) => document.getElementById(id);
const pickers = [part("model-0"), part("model-1")];
let current = null;

const panels = bindPanels();
const scrollToEnd = followEnd(part("scroller"), part("thread"), part("jump"));
const sidebar = new Sidebar(part("conversations"), { current: () => current, open, announce, offerUndo: toast });
const chat = new Chat(part("thread"), { announce, offerUndo: toast, changed: showState });
const composer = new Composer(part("composer"), { send, stop: () => chat.stop(), editLast });

/// What the models that are chosen can do decides; where they can hold a conversation, the user does.
const mode = () => (current.mode === "chat" && canChat(current.models) ? "chat" : "text");

function open(id) {
  const address = id ? `#${id}` : location.pathname + location.search;
  if (location.hash.slice(1) !== (id ?? "")) history.pushState(null, "", address);
  showAddressed();
}

/// Shows the conversation that the address names, or a new one.
function showAddressed() {
  const last = current;
  const addressed = stored(location.hash.slice(1));
  // Following a link to a fragment reports twice; and a new conversation that is still empty is new enough.
  if (last && (addressed ? addressed === last : last.turns.length === 0)) return composer.focus();
  current = addressed ?? newConversation({
    mode: last?.mode ?? "chat", models: defaultModels(last?.models.length ?? 1), system: "",
  });
  chat.show(current);
  part("system").value = current.system;
  showChoices();
  sidebar.draw();
  scrollToEnd();
  composer.focus();
}

function send(prompt) {
  if (current.models.length === 0) {
    begin();
    return false;
  }
  chat.send(prompt, mode());
  if (location.hash.slice(1) !== current.id) history.pushState(null, "", `#${current.id}`);
  sidebar.draw();
  scrollToEnd();
  return true;
}

function editLast() {
  part("thread").querySelector(".turn:last-child .actions [aria-label='Edit the prompt']")?.click();
}

/// Shows what depends on the models and the mode.
function showChoices() {
  const isPair = current.models.length === 2;
  const isChat = mode() === "chat";
  pickers.forEach((picker, column) => fillPicker(picker, current.models[column]));
  pickers[0].setAttribute("aria-label", isPair ? "First model" : "Model");
  part("second-picker").hidden = !isPair;
  document.body.classList.toggle("is-pair", isPair);
  part("pair-switch").setAttribute("aria-pressed", String(isPair));
  part("mode-chat").disabled = !canChat(current.models);
  part("mode-chat").parentElement.title = canChat(current.models) ? ""
    : "This model has no chat format: it goes on with the text that you begin.";
  part(isChat ? "mode-chat" : "mode-text").checked = true;
  part("model-facts").textContent = isPair ? "" : describeModel(current.models[0]);
  composer.label(isChat);
  const count = changedSettings() + (current.system.trim() && isChat ? 1 : 0);
  part("settings-count").textContent = count > 0 ? String(count) : "";
  part("settings-count").hidden = count === 0;
  part("open-settings").setAttribute("aria-label", count > 0 ? `Settings, ${count} changed` : "Settings");
  showState();
}

/// Shows what depends on the turns and on what runs.
function showState() {
  const isEmpty = current.turns.length === 0;
  composer.showRunning(chat.isRunning);
  document.body.classList.toggle("is-empty", isEmpty);
  part("welcome").hidden = !isEmpty || models().length === 0;
  if (isEmpty) showWelcome(current, mode(), { start: (text) => composer.begin(text), pair: () => setPair(true) });
  part("conversation-title").textContent = current.title;
  document.title = isEmpty ? "Swiftlet" : `${current.title} – Swiftlet`;
}

function showStorage() {
  const trouble = storageTrouble();
  if (part("storage-notice").textContent !== (trouble ?? "")) part("storage-notice").textContent = trouble ?? "";
  part("storage-notice").hidden = trouble === null;
}

function changeCurrent(changes) {
  Object.assign(current, changes);
  if (current.turns.length > 0) save(current, { touch: false });
  showChoices();
}

function setModels(ids) {
  rememberModels(ids);
  changeCurrent({ models: ids });
}

function setPair(isPair) {
  if (isPair === (current.models.length === 2)) return;
  if (!isPair) return setModels(current.models.slice(0, 1));
  // Side by side with what is chosen, unless that is half of the usual pair.
  const usual = defaultModels(2);
  const other = models().find(({ id }) => id !== current.models[0])?.id ?? current.models[0];
  setModels(usual.includes(current.models[0]) ? usual : [current.models[0], other]);
}

async function begin() {
  const notice = part("server-notice");
  try {
    await loadModels();
    if (models().length === 0) {
      throw Object.assign(new Error("The server has no models."), { next: "Start it with --model." });
    }
    notice.hidden = true;
    if (current.models.length === 0) current.models = defaultModels(1);
  } catch (error) {
    notice.replaceChildren(element("strong", {}, error.message), ` ${error.next ?? ""} `,
      element("button", { type: "button", class: "button", click: begin }, "Try again"));
    notice.hidden = false;
  }
  showKey(part("key-section"));
  showChoices();
}

pickers.forEach((picker, column) => picker.addEventListener("change", () =>
  setModels(current.models.map((id, index) => (index === column ? picker.value : id)))));
for (const each of ["chat", "text"]) {
  part(`mode-${each}`).addEventListener("change", () => changeCurrent({ mode: each }));
}
part("pair-switch").addEventListener("click", () => setPair(current.models.length !== 2));
part("system").addEventListener("input", (event) => changeCurrent({ system: event.target.value }));
part("new-conversation").addEventListener("click", () => {
  open(null);
  panels.closeOverlays();
});
part("conversations").addEventListener("click", (event) => event.target.closest("a") && panels.closeOverlays());
part("export-all").addEventListener("click", exportAll);
part("import").addEventListener("click", () => importFiles(toast));
part("open-settings").addEventListener("click", () => showKey(part("key-section")));
addEventListener("hashchange", showAddressed);
addEventListener("popstate", showAddressed);
addEventListener("pagehide", () => current.turns.length > 0 && chat.isRunning && save(current, { touch: false }));
buildSettings(part("sampling"), showChoices);
watchConversations(() => {
  sidebar.draw();
  showStorage();
});
bindShortcuts(part("keys"), part("keys-list"), {
  create: () => open(null),
  again: () => part("thread").querySelector(".turn:last-child [aria-label='Regenerate']")?.click(),
  settings: () => part("open-settings").click(), pair: () => part("pair-switch").click(),
  list: () => part("toggle-sidebar").click(), field: () => composer.focus(), stop: () => chat.stop(),
});
part("show-keys").addEventListener("click", () => part("keys").showModal());

loadConversations((id) => id === current?.id || isConversationRunning(id));
showAddressed();
showStorage();
begin();
