// Hinweise über dem Editor, höchstens einer je Art, jeder mit seinen Knöpfen.
export class Notices {
  #place;

  /** @param {Element} place */
  constructor(place) {
    this.#place = place;
  }

  /**
   * @param {string} kind
   * @param {string} text
   * @param {[string, () => void][]} buttons
   */
  show(kind, text, buttons = []) {
    const shown = this.#find(kind);
    if (shown?.firstChild?.textContent === text) return;
    shown?.remove();
    const notice = document.createElement("div");
    notice.className = "editor-notice";
    notice.dataset.kind = kind;
    const sentence = document.createElement("p");
    sentence.textContent = text;
    notice.append(sentence);
    for (const [label, action] of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.addEventListener("click", action);
      notice.append(button);
    }
    this.#place.append(notice);
  }

  /** @param {string} kind */
  remove(kind) {
    this.#find(kind)?.remove();
  }

  /** @param {string} kind */
  #find(kind) {
    return this.#place.querySelector(`[data-kind="${kind}"]`);
  }
}
