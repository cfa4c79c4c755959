import { type Markup, markup } from '../run/markup';
import { EventFeed } from './event-feed';
import { LiveRuns } from './live-runs';
import { openLocalServer } from './local-server';
import { pageFiles } from './page';
import { TrainingSession } from './training-session';

/** A page that shows runs while they go on. */
export interface LivePage {
  readonly url: string;
  /** Tells the page of runs. */
  readonly runs: LiveRuns;
  /** The trainings of this process, for which the page then has buttons. */
  readonly session: TrainingSession;
  close(): Promise<void>;
}

/** What the page is for: to look at what other processes train, or to steer this one, too. */
export type LivePurpose = 'look' | 'steer';

/** Opens the live page on a port of 127.0.0.1, 0 for a free one. Errors: those of {@link openLocalServer}, `E_FILE`. */
export async function openLivePage(port: number, purpose: LivePurpose): Promise<LivePage> {
  const feed = new EventFeed();
  const runs = new LiveRuns(feed);
  const session = new TrainingSession(feed, runs);
  const files = await pageFiles({ title: 'laminet: training', name: 'live', body: livePage(purpose === 'steer') });
  const server = await openLocalServer(port, {
    files,
    streams: { events: feed.stream },
    actions: purpose === 'steer' ? { control: session.action } : {},
  });
  const close = async (): Promise<void> => {
    await feed.close();
    await server.close();
  };
  return { url: server.url, runs, session, close };
}

function livePage(withControls: boolean): Markup {
  return markup`<header class="bar"><h1>laminet</h1><p id="connection" role="status">connecting</p></header>
<main>
<section aria-labelledby="runs-title" id="runs" hidden="hidden"><h2 id="runs-title">Runs</h2>
<p class="quiet">Where several are shown, each has a colour. Solid lines are training, dashed ones random picks of the training set, dotted ones validation; a diamond is the test set.</p>
<div class="scroll" tabindex="0" role="region" aria-label="The list of runs"><table class="list"><thead><tr><th scope="col">shown</th><th scope="col">run</th><th scope="col">state</th><th scope="col">epoch</th><th scope="col">error</th><th scope="col">accuracy</th></tr></thead><tbody id="run-rows"></tbody></table></div></section>
<section aria-labelledby="run-title"><h2 id="run-title">No run yet</h2>
<p id="state" role="status">waiting for a run to begin</p>
<p id="failure" role="alert" class="failure" hidden="hidden"></p>
<progress id="progress" aria-label="part of the run that is done" max="1" value="0"></progress>
<dl class="highlights" id="highlights"></dl>
${withControls ? controls() : markup``}</section>
<section aria-labelledby="curves-title"><h2 id="curves-title">Error and accuracy</h2>
<div class="charts"><figure><figcaption>Error against images seen</figcaption><div class="chart" id="error-chart"></div></figure><figure><figcaption>Accuracy against images seen</figcaption><div class="chart" id="accuracy-chart"></div></figure></div>
<details id="points"><summary>The curves as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="The points of the curves"><table class="list"><thead><tr><th scope="col">curve</th><th scope="col">images seen</th><th scope="col">error</th><th scope="col">accuracy</th></tr></thead><tbody id="point-rows"></tbody></table></div></details></section>
<section aria-labelledby="settings-title"><h2 id="settings-title">Settings</h2><table class="facts" aria-labelledby="settings-title"><tbody id="settings"></tbody></table></section>
</main>`;
}

function controls(): Markup {
  return markup`<div class="controls" id="controls" role="group" aria-label="Training">
<button type="button" id="pause">Pause</button><button type="button" id="resume">Resume</button><button type="button" id="stop">Stop</button>
<label>epochs <input id="epochs" type="number" min="1" max="1000000" step="1" value="1"/></label>
<button type="button" id="again">Train anew</button><button type="button" id="more">Go on from these weights</button>
<p id="control-answer" role="status"></p></div>`;
}
