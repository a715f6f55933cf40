// Counts down what is left of the access token: "1:42 left" instead of the clock time that the server wrote.

function tick() {
  for (const time of document.querySelectorAll("[data-countdown]")) {
    const left = Math.round((Date.parse(time.dateTime) - Date.now()) / 1000);
    time.textContent = left > 0 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left` : "expired";
  }
}

tick();
setInterval(tick, 1000);
