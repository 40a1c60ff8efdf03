// Light or dark. A plain script in the head, so that the page never flashes in the wrong one.
// Without a choice the page follows the system; choosing what the system has anyway forgets the choice.
(() => {
  const key = "swiftlet.theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;

  const stored = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

  const choose = (theme) => {
    const follows = theme === (system.matches ? "dark" : "light");
    if (follows) delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      if (follows) localStorage.removeItem(key);
      else localStorage.setItem(key, theme);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    describe();
  };

  const describe = () => {
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.setAttribute("aria-pressed", String(isDark()));
    }
  };

  const saved = stored();
  if (saved === "dark" || saved === "light") root.dataset.theme = saved;
  system.addEventListener("change", describe);
  document.addEventListener("DOMContentLoaded", () => {
    describe();
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.addEventListener("click", () => choose(isDark() ? "light" : "dark"));
    }
  });
})();
