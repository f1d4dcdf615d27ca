// Fingers on a view. One that begins up or down scrolls the page, as the style's
// touch-action lets it; one that begins sideways turns the crystal; two zoom. 3Dmol alone
// would take every finger, and a phone could not scroll past the picture.

const FINGER_SLOP = 4; // pixels before a finger has a direction

function listenToFingers(stage) {
  let owner = null; // "page", "crystal", or nobody yet
  let start = null;
  const listen = (type, handle, passive) =>
    stage.addEventListener(
      type,
      (event) => {
        if (!event.isTrusted) return; // our own, below
        handle(event);
        if (owner !== "crystal") event.stopPropagation();
      },
      { capture: true, passive },
    );
  const begin = ({ targetTouches }) => {
    if (targetTouches.length === 1) [owner, start] = [null, place(targetTouches)];
    else owner ??= "crystal";
  };
  // Browsers ask at the first moves only whether they may scroll, so that is when the
  // answer must be known.
  const decide = (event) => {
    if (owner) return;
    const [x, y] = place(event.targetTouches).map((at, axis) => Math.abs(at - start[axis]));
    if (Math.max(x, y) < FINGER_SLOP) return;
    owner = x > y && event.cancelable ? "crystal" : "page";
    if (owner === "page") return;
    event.preventDefault();
    handOver(event);
  };
  listen("touchstart", begin, true);
  listen("touchmove", decide, false);
}

function place([finger]) {
  return [finger.clientX, finger.clientY];
}

// 3Dmol hears of the finger only now, as if it had just come. Not every browser can make
// a TouchEvent; 3Dmol reads no more of one than where the fingers are.
function handOver({ target, targetTouches, changedTouches }) {
  const event = new Event("touchstart", { bubbles: true, cancelable: true });
  target.dispatchEvent(Object.assign(event, { targetTouches, changedTouches }));
}
