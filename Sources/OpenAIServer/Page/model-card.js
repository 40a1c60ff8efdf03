// What one model is doing: its queue, its speed, its memory.

import { element } from "./elements.js";
import { byteCount, scaledNumber, shortNumber, wholeNumber } from "./numbers.js";
import { Sparkline } from "./sparkline.js";

const states = { loaded: "Loaded", loading: "Loading", unloaded: "Not loaded" };

export class ModelCard {
  constructor(id) {
    this.state = element("span", { class: "state" });
    this.facts = element("p", { class: "facts" });
    this.queue = ["Writing now", "Reading a prompt", "Waiting"].map((label) => new Count(label));
    this.speeds = [
      new Speed("Written", "Tokens written per second", "hue0"),
      new Speed("Read", "Prompt tokens read per second", "hue1"),
    ];
    this.memory = [new Bar("KV cache", "hue0"), new Bar("Prefixes kept", "hue2")];
    this.totals = element("p", { class: "facts" });
    this.root = element("article", { class: "card", "aria-label": id },
      element("header", {}, element("h3", {}, id), this.state), this.facts,
      element("dl", { class: "queue" }, this.queue.map((count) => count.root)),
      element("div", { class: "speeds" }, this.speeds.map((speed) => speed.root)),
      element("div", { class: "bars" }, this.memory.map((bar) => bar.root)), this.totals);
  }

  show(model, now) {
    write(this.state, states[model.state] ?? String(model.state));
    this.root.dataset.state = model.state;
    write(this.facts, [
      `${scaledNumber(model.parameters)} parameters`, `context of ${wholeNumber(model.context_length)} tokens`,
      `weights ${byteCount(model.weight_bytes)}`,
    ].join(" · "));
    ["running", "reading", "waiting"].forEach((name, index) => this.queue[index].show(model[name]));
    this.speeds[0].show(model.generated_tokens_per_second, now);
    this.speeds[1].show(model.prompt_tokens_per_second, now);
    this.memory[0].show(model.kv_used_bytes, model.kv_budget_bytes);
    this.memory[1].show(model.cached_prefix_bytes, model.kv_budget_bytes);
    const read = model.prompt_tokens_total;
    const share = read > 0 ? Math.min(1, model.cached_tokens_total / read) : 0;
    write(this.totals, `${wholeNumber(model.requests_total)} requests · ${wholeNumber(read)} tokens read, `
      + `${wholeNumber(100 * share)} % of them from the cache · ${wholeNumber(model.generated_tokens_total)} written`);
  }
}

function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

class Count {
  constructor(label) {
    this.value = element("dd");
    this.root = element("div", {}, element("dt", {}, label), this.value);
  }

  show(count) {
    write(this.value, wholeNumber(count));
    this.root.classList.toggle("is-zero", !count);
  }
}

class Speed {
  constructor(label, unit, hue) {
    this.value = element("strong");
    this.sparkline = new Sparkline(unit, hue);
    this.root = element("div", { class: "speed-line" },
      element("p", {}, element("span", {}, label), this.value, element("small", {}, "tokens/s")), this.sparkline.root);
  }

  show(value, now) {
    write(this.value, shortNumber(value));
    this.sparkline.add(now, value);
  }
}

class Bar {
  constructor(label, hue) {
    this.words = element("span");
    this.fill = element("span", { class: `fill ${hue}` });
    this.meter = element("div", { class: "meter", role: "meter", "aria-label": label, "aria-valuemin": "0" },
      this.fill);
    this.root = element("div", { class: "bar-row" },
      element("p", {}, element("span", {}, label), this.words), this.meter);
  }

  show(used, budget) {
    const hasBudget = budget > 0;
    write(this.words, hasBudget ? `${byteCount(used)} of ${byteCount(budget)}` : byteCount(used));
    const share = hasBudget ? Math.min(1, used / budget) : 0;
    this.fill.style.width = `${100 * share}%`;
    this.meter.setAttribute("aria-valuemax", "100");
    this.meter.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    this.meter.setAttribute("aria-valuetext", this.words.textContent);
  }
}
