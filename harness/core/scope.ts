import { environmentError } from "./errors.ts";

type Ending = () => void | Promise<void>;

/**
 * Owns what was started, under names, and ends it in reverse order. Every ending runs, whatever the others do.
 * A scope that is already ending refuses new things by ending them at once, so nothing slips through a Ctrl-C.
 */
export class Scope implements AsyncDisposable {
  readonly name: string;
  #endings: { name: string; end: Ending }[] = [];
  #disposal: Promise<void> | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Takes over a disposable and gives it back. */
  async own<T extends AsyncDisposable | Disposable>(name: string, resource: T): Promise<T> {
    await this.defer(name, async () => {
      if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
      else resource[Symbol.dispose]();
    });
    return resource;
  }

  /** Registers an ending. */
  async defer(name: string, end: Ending): Promise<void> {
    if (this.#disposal === undefined) {
      this.#endings.push({ name, end });
      return;
    }
    await end();
    throw environmentError({
      code: "SCOPE_ENDED",
      what: `${this.name} was already ending when ${name} was started; it was ended again`,
      remedy: "nothing: this follows an interruption",
    });
  }

  /** A scope inside this one, ended with it. */
  async child(name: string): Promise<Scope> {
    return this.own(name, new Scope(`${this.name}/${name}`));
  }

  /** Gives up ownership without ending anything: what a kept stack does. */
  release(): void {
    this.#endings = [];
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#endAll();
    return this.#disposal;
  }

  async #endAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const { name, end } of this.#endings.toReversed()) {
      try {
        await end();
      } catch (error) {
        failures.push(
          environmentError({
            code: "DISPOSE_FAILED",
            what: `${this.name}: ending ${name} failed`,
            remedy: "run ./floe down to clear what is left",
            cause: error,
          }),
        );
      }
    }
    this.#endings = [];
    if (failures.length > 0) throw new AggregateError(failures);
  }
}
