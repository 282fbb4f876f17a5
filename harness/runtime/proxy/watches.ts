/** Those who want to hear of requests on a link as they come. Nothing is done to a request. */
export interface WatchBook<Request> {
  /** Told of each request that matches, until it is disposed. */
  add(matches: (request: Request) => boolean, onRequest: () => void): Disposable;
  tell(request: Request): void;
}

export function makeWatchBook<Request>(): WatchBook<Request> {
  const watches = new Set<(request: Request) => void>();
  return {
    add: (matches, onRequest) => {
      const watch = (request: Request) => {
        if (matches(request)) onRequest();
      };
      watches.add(watch);
      return { [Symbol.dispose]: () => void watches.delete(watch) };
    },
    tell: (request) => {
      for (const watch of watches) watch(request);
    },
  };
}
