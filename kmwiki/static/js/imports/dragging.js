// Pulling a cut with mouse, pen or finger. One pull is one step of the history, however far it goes.

export function startDragging(board) {
  let pull = null;

  board.region.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button) return;
    pull = { at: Number(handle.dataset.handle), from: Number(handle.dataset.handle), before: board.state() };
    board.region.setPointerCapture(event.pointerId);
    board.region.classList.add("cuts--pulled");
    event.preventDefault();
    handle.focus();
  });

  board.region.addEventListener("pointermove", (event) => {
    if (pull) pull.at = board.move(pull.at, nearest(board, event.clientY), true);
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

// The line whose upper edge is nearest to that height of the window.
function nearest(board, height) {
  let best = 0;
  let least = Infinity;
  for (const at of board.places) {
    const away = Math.abs(board.line(at).getBoundingClientRect().top - height);
    if (away < least) [best, least] = [at, away];
  }
  return best;
}
