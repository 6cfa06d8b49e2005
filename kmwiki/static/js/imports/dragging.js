// Pulling a cut with mouse, pen or finger. One pull is one step of the history, however far it goes.

export function startDragging(board) {
  let pull = null;

  board.region.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button) return;
    const at = Number(handle.dataset.handle);
    pull = { at, from: at, before: board.state(), tops: measure(board, at, handle) };
    board.region.setPointerCapture(event.pointerId);
    board.region.classList.add("cuts--pulled");
    event.preventDefault();
    handle.focus();
  });

  board.region.addEventListener("pointermove", (event) => {
    if (pull) pull.at = board.move(pull.at, nearest(board, pull.tops, event.clientY), true);
  });

  const end = () => {
    if (!pull) return;
    board.region.classList.remove("cuts--pulled");
    const { at, from, before } = pull;
    pull = null;
    board.handle(at).focus();
    if (at === from) return;
    board.history.push(before);
    board.say(board.words.wordsMoved, at, board.starts().indexOf(at));
  };
  board.region.addEventListener("pointerup", end);
  board.region.addEventListener("pointercancel", end);
  board.region.addEventListener("lostpointercapture", end);
}

// Where each line begins, from the top of the region. Taken once a pull: the headings that move along would else push the
// lines away under the pointer.
function measure(board, from, handle) {
  const top = board.region.getBoundingClientRect().top;
  const tops = new Map(board.places.map((at) => [at, board.line(at).getBoundingClientRect().top - top]));
  const own = handle.getBoundingClientRect();
  return tops.set(from, own.top + own.height / 2 - top);
}

// The line whose upper edge is nearest to that height of the window.
function nearest(board, tops, height) {
  const wanted = height - board.region.getBoundingClientRect().top;
  let best = 0;
  let least = Infinity;
  for (const [at, top] of tops) {
    if (Math.abs(top - wanted) < least) [best, least] = [at, Math.abs(top - wanted)];
  }
  return best;
}
