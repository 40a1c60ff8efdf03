// The list of conversations at the left and the settings at the right: beside the conversation where there is room,
// over it where there is not.

const narrow = matchMedia("(max-width: 900px)");

export function bindPanels() {
  const part = (id) => document.getElementById(id);
  const [sidebar, settings, backdrop] = [part("sidebar"), part("settings"), part("backdrop")];
  const [sidebarButton, settingsButton] = [part("toggle-sidebar"), part("open-settings")];
  let sidebarIsOpen = !narrow.matches;
  let settingsAreOpen = false;

  const draw = () => {
    sidebar.hidden = !sidebarIsOpen;
    settings.hidden = !settingsAreOpen;
    sidebarButton.setAttribute("aria-expanded", String(sidebarIsOpen));
    settingsButton.setAttribute("aria-expanded", String(settingsAreOpen));
    const covers = narrow.matches && (sidebarIsOpen || settingsAreOpen);
    backdrop.hidden = !covers;
    // What is covered is not to be reached with the keyboard either.
    document.querySelector(".middle").inert = covers;
  };
  const showSidebar = (isOpen, opener) => {
    sidebarIsOpen = isOpen;
    if (isOpen && narrow.matches) settingsAreOpen = false;
    draw();
    if (!narrow.matches) return;
    if (isOpen) part("new-conversation").focus();
    else opener?.focus();
  };
  const showSettings = (areOpen) => {
    settingsAreOpen = areOpen;
    if (areOpen && narrow.matches) sidebarIsOpen = false;
    draw();
    if (areOpen) part("system").focus({ preventScroll: true });
    else settingsButton.focus();
  };
  const closeOverlays = () => {
    if (!narrow.matches) return;
    sidebarIsOpen = false;
    settingsAreOpen = false;
    draw();
  };

  sidebarButton.addEventListener("click", () => showSidebar(!sidebarIsOpen, sidebarButton));
  part("close-sidebar").addEventListener("click", () => showSidebar(false, sidebarButton));
  settingsButton.addEventListener("click", () => showSettings(!settingsAreOpen));
  part("close-settings").addEventListener("click", () => showSettings(false));
  backdrop.addEventListener("click", closeOverlays);
  // Escape closes the panel that has the focus, and then does not also stop the answer.
  const closeOnEscape = (panel, isClosable, close) => panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || !isClosable()) return;
    event.stopPropagation();
    close();
  });
  closeOnEscape(settings, () => true, () => showSettings(false));
  closeOnEscape(sidebar, () => narrow.matches, () => showSidebar(false, sidebarButton));
  narrow.addEventListener("change", () => {
    sidebarIsOpen = !narrow.matches;
    draw();
  });
  draw();
  return { closeOverlays };
}
