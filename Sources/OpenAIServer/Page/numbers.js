// Numbers as people read them.

/// Three digits: 0.123, 1.23, 12.3, 123, 1,234.
export function shortNumber(value) {
  if (!Number.isFinite(value)) return "–";
  const digits = value === 0 || value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return value.toLocaleString("en", { minimumFractionDigits: 0, maximumFractionDigits: digits });
}

export function wholeNumber(value) {
  return Number.isFinite(value) ? Math.round(value).toLocaleString("en") : "–";
}

/// 1,234,567 as 1.23 M.
export function scaledNumber(value) {
  if (!Number.isFinite(value)) return "–";
  for (const [size, unit] of [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]]) {
    if (value >= size) return `${shortNumber(value / size)} ${unit}`;
  }
  return shortNumber(value);
}

/// Bytes in powers of 1024.
export function byteCount(value) {
  if (!Number.isFinite(value)) return "–";
  for (const [power, unit] of [[4, "TiB"], [3, "GiB"], [2, "MiB"], [1, "KiB"]]) {
    if (value >= 1024 ** power) return `${shortNumber(value / 1024 ** power)} ${unit}`;
  }
  return `${value} B`;
}

/// Seconds as 0.12 s, 3.4 s, 2 min 5 s, 3 h 12 min, 4 d 2 h.
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 60) return `${seconds < 1 ? seconds.toFixed(2) : seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit));
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${days} d ${hours % 24} h`;
}
