// What was, and what was taken back: states to go back to and forth, and the two buttons that say whether there are any.

export class History {
  constructor(undo, redo) {
    this.undo = undo;
    this.redo = redo;
    this.past = [];
    this.future = [];
  }

  push(state) {
    this.past.push(state);
    this.future = [];
    this.show();
  }

  back(now) {
    return this.step(this.past, this.future, now);
  }

  again(now) {
    return this.step(this.future, this.past, now);
  }

  step(from, to, now) {
    const state = from.pop();
    if (state) to.push(now);
    this.show();
    return state;
  }

  show() {
    this.undo.disabled = !this.past.length;
    this.redo.disabled = !this.future.length;
  }
}
