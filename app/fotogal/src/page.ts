import type { Picture } from "./pictures";

const STYLE = `
  body { font-family: system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
  ul { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); list-style: none; padding: 0; }
  img { aspect-ratio: 1; object-fit: cover; width: 100%; }
  figure { margin: 0; }
  figcaption { overflow-wrap: anywhere; }
`;

/** The first page: every picture, the newest first. */
export function picturesPage(pictures: readonly Picture[]): string {
  const items = pictures.map(({ name, created }) => {
    const path = `/pictures/${encodeURIComponent(name)}`;
    const day = created.toISOString().slice(0, 10);
    return `<li><figure><img src="${escapeHtml(path)}" alt="" loading="lazy"><figcaption>${escapeHtml(name)}, <time>${day}</time></figcaption></figure></li>`;
  });
  const list = items.length > 0 ? `<ul>\n${items.join("\n")}\n</ul>` : "<p>No pictures yet.</p>";
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>FotoGal</title>
<link rel="stylesheet" href="/style.css">
<h1>FotoGal</h1>
${list}
</html>
`;
}

export function styleSheet(): string {
  return STYLE.trimStart();
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
