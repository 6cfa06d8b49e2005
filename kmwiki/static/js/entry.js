// The reading page: the outline leads to its headings, and what this browser kept of a saved note is let go.
const text = document.getElementById("text");

for (const link of document.querySelectorAll("[data-outline] a")) {
  const heading = text.querySelector(`[data-start="${link.dataset.at}"]`);
  if (heading && !heading.id) heading.id = `at-${link.dataset.at}`;
}
if (location.hash.startsWith("#at-")) document.getElementById(location.hash.slice(1))?.scrollIntoView();

const links = [...document.querySelectorAll("[data-outline] a")];
if (links.length && "IntersectionObserver" in window) {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        links.forEach((link) => link.hash === `#${entry.target.id}` ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"));
      }
    },
    { rootMargin: "-15% 0px -75% 0px" },
  );
  links.forEach((link) => {
    const heading = document.getElementById(link.hash.slice(1));
    if (heading) seen.observe(heading);
  });
}

const sent = sessionStorage.getItem("kmwiki:sent");
if (sent) {
  localStorage.removeItem(sent);
  sessionStorage.removeItem("kmwiki:sent");
}
