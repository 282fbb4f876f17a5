import { monotonicMs } from "#core/clock.ts";

/** How far several runs are: what runs, what is left, and how long that may take. Lines; none for a single run. */
export class BatchProgress {
  readonly #asked: number;
  readonly #jobs: number;
  readonly #beganMs = monotonicMs();
  readonly #running: string[] = [];
  #begun = 0;
  #ended = 0;

  constructor({ asked, jobs }: { readonly asked: number; readonly jobs: number }) {
    this.#asked = asked;
    this.#jobs = jobs;
  }

  begun(scenario: string): string {
    this.#running.push(scenario);
    this.#begun++;
    if (this.#asked === 1) return "";
    return `${this.#begun === 1 ? "" : "\n"}${this.#begun} of ${this.#asked}${this.#jobs === 1 ? "" : `: ${scenario}`}\n`;
  }

  ended(scenario: string): string {
    this.#running.splice(this.#running.indexOf(scenario), 1);
    this.#ended++;
    const left = this.#asked - this.#ended;
    if (left === 0 || this.#jobs === 1) return "";
    const each = (monotonicMs() - this.#beganMs) / this.#ended;
    const running = this.#running.length === 0 ? "" : `; running: ${this.#running.join(", ")}`;
    return `  ${this.#ended} done${running}; ${left} left, about ${durationText(each * left)}\n`;
  }
}

function durationText(ms: number): string {
  return ms < 90_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
