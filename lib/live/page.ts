import { join } from 'node:path';
import { readFileWhole } from '../files/read-whole';
import { type Markup, markup } from '../run/markup';
import type { Answer } from './local-server';

/** Made by `npm run build`. From the sources and from dist/ alike, the package's folder lies two above this. */
const ASSETS = join(__dirname, '..', '..', 'dist', 'web');
const LARGEST_ASSET = 2 ** 24;

/** A page with its style sheets and its script. */
export interface Page {
  readonly title: string;
  /** The name of its script and of its own style sheet, which follow those of reports and of controls. */
  readonly name: 'live' | 'draw';
  readonly body: Markup;
}

/** The files of a page: itself at the empty path, and what it loads. Error: `E_FILE` where the package was not built. */
export async function pageFiles({ title, name, body }: Page): Promise<Record<string, Answer>> {
  const asset = async (file: string, type: string): Promise<Answer> => {
    return {
      status: 200,
      type: `${type}; charset=utf-8`,
      body: await readFileWhole(join(ASSETS, file), LARGEST_ASSET),
    };
  };
  const html = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<link rel="icon" href="data:,"/>
<title>${title}</title>
<link rel="stylesheet" href="report.css"/>
<link rel="stylesheet" href="controls.css"/>
<link rel="stylesheet" href="${name}.css"/>
<script src="${name}.js" defer="defer"></script>
</head>
<body>
${body}
</body>
</html>
`;
  return {
    '': { status: 200, type: 'text/html; charset=utf-8', body: html.text },
    'report.css': await asset('report.css', 'text/css'),
    'controls.css': await asset('controls.css', 'text/css'),
    [`${name}.css`]: await asset(`${name}.css`, 'text/css'),
    [`${name}.js`]: await asset(`${name}.js`, 'text/javascript'),
  };
}
