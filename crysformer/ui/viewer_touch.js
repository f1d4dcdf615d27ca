// Fingers on a view. One that begins up or down scrolls the page, as the style's
// touch-action lets it; one that begins sideways turns the crystal; two zoom. 3Dmol alone
// would take every finger, and a phone could not scroll past the picture.

function listenToFingers(stage) {
  let start = null; // of one finger that is nobody's yet
  stage.addEventListener(
    "touchstart",
    (event) => {
      if (!event.isTrusted) return; // our own, below
      start = event.touches.length === 1 ? place(event) : null;
      if (start) event.stopPropagation();
    },
    { capture: true, passive: true },
  );
  stage.addEventListener(
    "touchmove",
    (event) => {
      if (!start) return;
      event.stopPropagation();
      const [x, y] = place(event).map((value, axis) => Math.abs(value - start[axis]));
      // Small moves of a resting finger come to no page: the first one has a direction.
      // One that cannot be cancelled is already scrolling.
      if (x <= y || !event.cancelable) return;
      start = null;
      event.preventDefault();
      handOver(event);
    },
    { capture: true, passive: false },
  );
  for (const end of ["touchend", "touchcancel"])
    stage.addEventListener(end, () => (start = null), { capture: true });
}

function place(event) {
  return [event.touches[0].clientX, event.touches[0].clientY];
}

// 3Dmol hears of the finger only now, as if it had just come.
function handOver({ target, touches, targetTouches, changedTouches }) {
  const lists = { touches, targetTouches, changedTouches };
  const fingers = Object.entries(lists).map(([name, list]) => [name, [...list]]);
  target.dispatchEvent(
    new TouchEvent("touchstart", {
      ...Object.fromEntries(fingers),
      bubbles: true,
      cancelable: true,
    }),
  );
}
