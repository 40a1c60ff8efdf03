/// Draws attention maps and answers the pointer.
///
/// Every viewer on the page brings its readings as JSON. The script builds the choices, draws the two chosen models'
/// maps, and says in words what is under the pointer or the arrow keys. Colours come from the stylesheet, so it draws
/// again when the screen turns dark.
enum AttentionScript {
  static let text =
    """
    (() => {
      const make = (parent, name, attributes, text) => {
        const element = document.createElement(name);
        for (const key in attributes) element.setAttribute(key, attributes[key]);
        if (text !== undefined) element.textContent = text;
        return parent.appendChild(element);
      };
      const choice = (parent, label, change) => {
        const box = make(parent, "label", {}, label + " ");
        const select = make(box, "select", {});
        select.addEventListener("change", change);
        return {
          get value() { return Number(select.value); },
          fill(options, wanted) {
            select.replaceChildren();
            options.forEach(([value, text]) => make(select, "option", { value }, text));
            const isThere = options.some(([value]) => value === wanted);
            if (options.length > 0) select.value = isThere ? wanted : options[0][0];
          }
        };
      };
      const quote = token => "\\u2018" + token + "\\u2019";

      for (const root of document.querySelectorAll(".attention")) {
        const data = JSON.parse(root.querySelector("script").textContent);
        if (data.texts.length === 0 || data.models.length === 0) {
          make(root, "p", {}, "No attention was recorded.");
          continue;
        }
        const bytes = new Map();
        const unpacked = reading => {
          if (!bytes.has(reading)) bytes.set(reading, Uint8Array.from(atob(reading.weights), c => c.charCodeAt(0)));
          return bytes.get(reading);
        };

        // The choices.
        const bar = make(root, "div", { class: "choices" });
        const text = choice(bar, "Text", () => { held = null; refill(); });
        const layer = choice(bar, "Layer", () => refill());
        const head = choice(bar, "Head", () => draw());
        const maps = make(root, "div", { class: "maps" });
        const panels = [0, data.models.length - 1].slice(0, data.models.length > 1 ? 2 : 1).map((model, place, all) => {
          const figure = make(maps, "figure", {});
          const caption = make(figure, "figcaption", {});
          const select = choice(caption, all.length > 1 ? ["First", "Second"][place] : "Model", () => { held = null; refill(); });
          select.fill(data.models.map((name, i) => [i, name]), model);
          const canvas = make(figure, "canvas", { tabindex: 0, role: "img" });
          const note = make(figure, "p", { class: "none" });
          return { select, figure, canvas, note };
        });
        const readout = make(root, "p", { class: "readout", "aria-live": "polite" });
        const hint = "Each row is a token, and its squares say how much it attends to the tokens before it: the darker"
          + " against the background, the more. Point at a square or at a token.";
        let held = null; // the panel, row and column under the pointer

        const reading = panel => data.readings[text.value][panel.select.value];
        const layers = () => Math.max(0, ...panels.map(panel => reading(panel)?.heads.length ?? 0));
        const heads = () => Math.max(0, ...panels.map(panel => reading(panel)?.heads[layer.value] ?? 0));
        const range = count => Array.from({ length: count }, (_, i) => [i, String(i + 1)]);
        const refill = () => {
          layer.fill(range(layers()), layer.value);
          head.fill([[-1, "mean of heads"], ...range(heads())], head.value);
          draw();
        };

        // The weights of the chosen layer and head: a function of row and column, or nothing.
        const weights = panel => {
          const found = reading(panel);
          const count = found?.heads[layer.value] ?? 0;
          if (count === 0 || head.value >= count) return null;
          const size = found.tokens.length * (found.tokens.length + 1) / 2;
          const before = found.heads.slice(0, layer.value).reduce((a, b) => a + b, 0);
          const all = unpacked(found);
          const at = (h, q, k) => all[(before + h) * size + q * (q + 1) / 2 + k] / 255;
          if (head.value >= 0) return (q, k) => at(head.value, q, k);
          return (q, k) => {
            let sum = 0;
            for (let h = 0; h < count; h++) sum += at(h, q, k);
            return sum / count;
          };
        };

        // Two models that cut the text into the same tokens are pointed at together.
        const linked = () => new Set(panels.map(panel => JSON.stringify(reading(panel)?.tokens))).size === 1;
        const isHeld = panel => held !== null && (held.panel === panel || linked());

        const draw = () => {
          const style = getComputedStyle(root);
          const color = name => style.getPropertyValue("--" + name);
          for (const panel of panels) {
            const weight = weights(panel);
            panel.canvas.hidden = weight === null;
            panel.note.hidden = weight !== null;
            panel.place = null;
            if (weight === null) {
              panel.note.textContent = reading(panel) ? "This model has no such layer or head." : "This model did not read this text.";
              continue;
            }
            const tokens = reading(panel).tokens, count = tokens.length;
            const width = panel.figure.clientWidth;
            const pen = panel.canvas.getContext("2d");
            const size = Math.max(8, Math.min(12, 0.78 * width / Math.max(1, count) * 0.85));
            const font = size + "px " + style.fontFamily;
            pen.font = font;
            const longest = Math.max(0, ...tokens.map(token => pen.measureText(token).width));
            const margin = Math.ceil(Math.min(longest, 0.24 * width)) + 6;
            const cell = Math.max(0.5, Math.min(26, (width - margin - 1) / Math.max(1, count)));
            const side = Math.ceil(margin + cell * count) + 1;
            const ratio = window.devicePixelRatio || 1;
            panel.canvas.width = side * ratio;
            panel.canvas.height = side * ratio;
            panel.canvas.style.width = panel.canvas.style.height = side + "px";
            panel.canvas.setAttribute("aria-label", data.models[panel.select.value] + ", layer " + (layer.value + 1)
              + (head.value >= 0 ? ", head " + (head.value + 1) : ", mean of heads"));
            panel.place = { margin, cell, count };
            pen.scale(ratio, ratio);
            pen.font = font;
            const fitted = token => {
              if (margin - 6 >= pen.measureText(token).width) return token;
              const letters = [...token];
              while (letters.length > 0 && pen.measureText(letters.join("") + "\\u2026").width > margin - 6) letters.pop();
              return letters.join("") + "\\u2026";
            };
            for (let q = 0; q < count; q++) {
              const y = margin + q * cell;
              pen.fillStyle = color("grid");
              pen.fillRect(margin, y, (q + 1) * cell, cell);
              pen.fillStyle = color("hue");
              for (let k = 0; k <= q; k++) {
                // Small weights matter in long texts; a power below one lifts them.
                pen.globalAlpha = Math.pow(weight(q, k), 0.7);
                pen.fillRect(margin + k * cell, y, cell, cell);
              }
              pen.globalAlpha = 1;
            }
            if (cell >= 7) {
              pen.strokeStyle = color("surface");
              pen.lineWidth = 1;
              pen.beginPath();
              for (let i = 1; i < count; i++) {
                const at = margin + i * cell;
                pen.moveTo(margin, at); pen.lineTo(Math.min(at + cell, margin + count * cell), at);
                pen.moveTo(at, at - cell); pen.lineTo(at, margin + count * cell);
              }
              pen.stroke();
            }
            // Where letters are taller than squares, only every second or third token is named.
            const stride = Math.max(1, Math.ceil((size + 0.5) / cell));
            const mark = isHeld(panel) ? held : null;
            pen.textBaseline = "middle";
            tokens.forEach((token, i) => {
              if (i % stride !== 0) return;
              const at = margin + (i + 0.5) * cell, shown = fitted(token);
              const write = (isMarked, align, x, y) => {
                pen.fillStyle = color(isMarked ? "ink" : "muted");
                pen.font = (isMarked ? "600 " : "") + font;
                pen.textAlign = align;
                pen.fillText(shown, x, y);
              };
              write(i === mark?.q, "right", margin - 5, at);
              pen.save();
              pen.translate(at, margin - 5);
              pen.rotate(-Math.PI / 2);
              write(i === mark?.k, "left", 0, 0);
              pen.restore();
            });
            if (mark) {
              const [x, y] = [margin + (mark.k ?? 0) * cell, margin + (mark.q ?? mark.k) * cell];
              const across = mark.k === null ? (mark.q + 1) * cell : cell;
              const down = mark.q === null ? (count - mark.k) * cell : cell;
              pen.strokeStyle = color("ink");
              pen.lineWidth = 1.5;
              pen.strokeRect(x, y, across, down);
            }
          }
          tell();
        };

        const tell = () => {
          readout.replaceChildren();
          if (held === null) return make(readout, "span", { class: "hint" }, hint);
          for (const panel of panels.filter(isHeld)) {
            const weight = weights(panel);
            if (weight === null) continue;
            const tokens = reading(panel).tokens, { q, k } = held;
            const best = pairs => pairs.sort((a, b) => b[1] - a[1]).slice(0, 3)
              .map(([i, value]) => quote(tokens[i]) + ": " + value.toFixed(2)).join(", ");
            let words;
            if (q === null) words = quote(tokens[k]) + " gets most from "
              + best(tokens.map((_, i) => [i, i >= k ? weight(i, k) : -1]).filter(pair => pair[1] >= 0));
            else if (k === null) words = quote(tokens[q]) + " attends most to "
              + best(tokens.slice(0, q + 1).map((_, i) => [i, weight(q, i)]));
            else if (k > q) words = quote(tokens[q]) + " comes before " + quote(tokens[k]) + " and cannot see it";
            else words = quote(tokens[q]) + " attends to " + quote(tokens[k]) + ": " + weight(q, k).toFixed(2);
            make(readout, "span", {}, data.models[panel.select.value] + " \\u2014 " + words);
          }
        };

        for (const panel of panels) {
          const point = event => {
            if (!panel.place) return;
            const box = panel.canvas.getBoundingClientRect();
            const { margin, cell, count } = panel.place;
            const index = at => margin > at ? null : Math.min(count - 1, Math.floor((at - margin) / cell));
            const [k, q] = [index(event.clientX - box.left), index(event.clientY - box.top)];
            const found = count === 0 || (q === null && k === null) ? null : { panel, q, k };
            if (found?.panel === held?.panel && found?.q === held?.q && found?.k === held?.k) return;
            held = found;
            draw();
          };
          panel.canvas.addEventListener("pointermove", point);
          panel.canvas.addEventListener("pointerdown", point);
          panel.canvas.addEventListener("pointerleave", event => {
            if (event.pointerType !== "mouse") return; // a finger that left still wants to read
            held = null;
            draw();
          });
          panel.canvas.addEventListener("keydown", event => {
            const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
            if (!step || !panel.place || panel.place.count === 0) return;
            event.preventDefault();
            const last = panel.place.count - 1, from = held?.panel === panel ? held : { q: -step[0], k: -step[1] };
            const moved = (at, by) => Math.max(0, Math.min(last, (at ?? 0) + by));
            held = { panel, q: moved(from.q, step[0]), k: moved(from.k, step[1]) };
            draw();
          });
        }
        text.fill(data.texts.map((name, i) => [i, name]), 0);
        refill();
        let width = 0;
        new ResizeObserver(() => {
          if (root.clientWidth !== width) { width = root.clientWidth; draw(); }
        }).observe(root);
        for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", draw);
      }
    })();
    """
}
