/** Text that is HTML or XML already. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Piece = string | number | Markup | readonly Markup[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as HTML and XML write it, in elements and in quoted attributes. */
function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] as string);
}

function toText(piece: Piece): string {
  if (piece instanceof Markup) return piece.text;
  return Array.isArray(piece) ? piece.map(toText).join('') : escapeMarkup(String(piece));
}

/** HTML or SVG as a template: what is put in is escaped, unless it is {@link Markup} itself. */
export function markup(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return new Markup(
    strings.map((text, index) => text + (index < pieces.length ? toText(pieces[index] as Piece) : '')).join(''),
  );
}

/** A value as JSON in a `<script type="application/json">`, which nothing in it can end. */
export function embeddedJson(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'));
}
