// The filters of a list are sent as they are changed; without this a button sends them.
for (const form of document.querySelectorAll("[data-send-on-change]")) {
  form.querySelector(".facet-send")?.classList.add("vh");
  form.addEventListener("change", (event) => {
    if (event.target.type === "checkbox") form.requestSubmit();
  });
}
