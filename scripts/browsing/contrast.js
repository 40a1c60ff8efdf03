// Texts whose contrast to what is behind them is too low, as "text: contrast".
const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const paint = (layers) => {
  canvas.globalCompositeOperation = "source-over";
  for (const layer of layers) { canvas.fillStyle = layer; canvas.fillRect(0, 0, 1, 1); }
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
};
const luminance = (colour) => {
  const [r, g, b] = colour.map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const parent = walker.currentNode.parentElement;
  const isSeen = parent.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  if (!isSeen || !walker.currentNode.data.trim() || parent.previousElementSibling?.disabled) continue;
  if (parent.closest(".visually-hidden, option, script, :disabled, svg")) continue;
  const layers = [];
  let hidden = false;
  for (let each = parent; each; each = each.parentElement) {
    const style = getComputedStyle(each);
    if (style.clipPath !== "none" || style.opacity !== "1") hidden = true;
    layers.unshift(style.backgroundColor);
  }
  if (hidden) continue;
  layers.unshift(matchMedia("(prefers-color-scheme: dark)").matches ? "#000" : "#fff");
  const style = getComputedStyle(parent);
  const behind = luminance(paint(layers));
  const text = luminance(paint([...layers, style.color]));
  const contrast = (Math.max(behind, text) + 0.05) / (Math.min(behind, text) + 0.05);
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  const words = walker.currentNode.data.trim().slice(0, 40);
  if (contrast < (isLarge ? 3 : 4.5)) found.push(`${words}: ${contrast.toFixed(2)}`);
}
return [...new Set(found)];
