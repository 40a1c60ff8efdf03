/// The values under the pointer.
///
/// The drawing carries a few hundred of each line's points as attributes. The script finds the one nearest to the
/// pointer, marks it, and writes its step and value into a card that stays inside the drawing. It asks for nothing
/// from outside, and without it the drawing lacks nothing but the card.
package enum HoverScript {
  /// Neither `<` nor `&` is in it, so it is the same script in HTML and in SVG.
  package static let text =
    """
    (() => {
      const make = (parent, name, attributes, text) => {
        const element = document.createElementNS("http://www.w3.org/2000/svg", name);
        for (const key in attributes) element.setAttribute(key, attributes[key]);
        if (text) element.textContent = text;
        return parent.appendChild(element);
      };
      const grouped = text => {
        const number = Number(text), isLong = Math.abs(number) >= 1000;
        return (isLong ? number.toLocaleString("en-US") : text).replace(/-/g, "\\u2212");
      };
      const numbers = text => text.split(" ").map(Number);
      const nearest = (at, x) => {
        let low = 0, high = at.length - 1;
        while (high > low) {
          const middle = (low + high) >> 1;
          if (x > at[middle]) low = middle + 1; else high = middle;
        }
        return low > 0 ? (at[low] - x > x - at[low - 1] ? low - 1 : low) : low;
      };
      for (const svg of document.querySelectorAll("svg.chart")) {
        const series = [...svg.querySelectorAll("[data-at]")].map(group => ({
          name: group.dataset.name, hue: group.getAttribute("class"), isFaint: group.querySelector(".faint") !== null,
          at: numbers(group.dataset.at), values: group.dataset.values.split(" "), ranges: group.dataset.ranges.split(" ")
        }));
        if (series.length === 0) continue;
        const title = svg.querySelector("title");
        if (title) title.remove(); // or it would hover beside the card
        const [left, top, width, height] = numbers(svg.dataset.plot);
        const axis = text => {
          const [low, high, scale] = text.split(" ");
          const spread = scale === "logarithmic" ? Math.log10 : Number;
          const share = value => (spread(value) - spread(low)) / (spread(high) - spread(low));
          const spot = share => spread(low) + share * (spread(high) - spread(low));
          return { spread, share, spot };
        };
        const [across, up] = [axis(svg.dataset.x), axis(svg.dataset.y)];
        for (const line of series) line.spots = line.at.map(across.spread);
        const toX = x => left + width * across.share(x);
        const toY = y => top + height * (1 - up.share(y));
        const full = svg.viewBox.baseVal;
        const layer = make(svg, "g", { "pointer-events": "none" });
        const clear = () => layer.replaceChildren();
        const show = event => {
          clear();
          const box = svg.getBoundingClientRect();
          const pointer = across.spot(((event.clientX - box.left) * full.width / box.width + full.x - left) / width);
          const found = series.map(line => {
            const i = nearest(line.spots, pointer);
            return { ...line, spot: line.spots[i], x: line.at[i], value: line.values[i], range: line.ranges[i] };
          });
          const x = found.reduce((a, b) => Math.abs(b.spot - pointer) >= Math.abs(a.spot - pointer) ? a : b).x;
          const at = toX(x);
          make(layer, "line", { class: "rule axis", x1: at, x2: at, y1: top, y2: top + height });
          for (const one of found.filter(one => !one.isFaint)) {
            const y = toY(Number(one.value));
            const isInside = y >= top ? top + height >= y : false;
            if (isInside) make(make(layer, "g", { class: one.hue }), "circle", { class: "dot", cx: toX(one.x), cy: y, r: 4 });
          }
          const card = make(layer, "g", {});
          const plate = make(card, "rect", { class: "card", rx: 6 });
          make(card, "text", { x: 12, y: 20, class: "ink" }, (svg.dataset.xLabel + " " + grouped(String(x))).trim());
          const rows = found.map((one, i) => {
            const y = 40 + 18 * i;
            make(make(card, "g", { class: one.hue }), "path", { class: one.isFaint ? "line band" : "line", d: "M12 " + (y - 4) + "h10" });
            const note = one.x === x ? "" : " at " + grouped(String(one.x));
            return [
              make(card, "text", { x: 28, y }, one.name + note),
              make(card, "text", { y, class: "ink end" }, [one.value, ...one.range ? one.range.split(":") : []].map(grouped)
                .reduce((value, bound, i) => value + (i === 1 ? " (" + bound : " to " + bound + ")")))
            ];
          });
          const inner = Math.max(...rows.map(row => 28 + row[0].getComputedTextLength() + 16 + row[1].getComputedTextLength()));
          for (const row of rows) row[1].setAttribute("x", inner);
          const size = { width: inner + 12, height: 32 + 18 * rows.length };
          for (const key in size) plate.setAttribute(key, size[key]);
          const right = at + 14 + size.width > full.width + full.x ? at - 14 - size.width : at + 14;
          const place = Math.max(full.x, Math.min(full.width + full.x - size.width, right));
          card.setAttribute("transform", "translate(" + place + " " + (top + 8) + ")");
        };
        svg.addEventListener("pointermove", show);
        svg.addEventListener("pointerdown", show);
        svg.addEventListener("pointerleave", clear);
      }
    })();
    """
}
