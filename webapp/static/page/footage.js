// Starts a recording when its button is pressed, and loads nothing of it before (formats §10).
// Bound by figure[data-footage].

for (const figure of document.querySelectorAll("figure[data-footage]")) {
  const button = figure.querySelector("[data-play]");
  button.addEventListener("click", play, { once: true });

  async function play() {
    const player = await import("./player.js");
    player.start(figure, button);
  }
}
