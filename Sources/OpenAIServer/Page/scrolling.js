// Keeps the end of a conversation in sight while it grows, unless the user has scrolled up to read.

/// `jump` is the button that leads back to the end.
export function followEnd(scroller, thread, jump) {
  let follows = true;
  let last = 0;

  const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 8;
  const toEnd = () => {
    follows = true;
    scroller.scrollTop = scroller.scrollHeight;
    last = scroller.scrollTop;
    jump.hidden = true;
  };

  scroller.addEventListener("scroll", () => {
    const top = scroller.scrollTop;
    if (isAtEnd()) follows = true;
    else if (top < last) follows = false;
    last = top;
    jump.hidden = follows || isAtEnd();
  }, { passive: true });
  new ResizeObserver(() => {
    if (follows) toEnd();
    else jump.hidden = isAtEnd();
  }).observe(thread);
  jump.addEventListener("click", toEnd);
  return toEnd;
}
