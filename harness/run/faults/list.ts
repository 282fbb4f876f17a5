/** What `floe faults` tells of a fault. */
export interface FaultText {
  readonly what: string;
  /** How it is healed; empty where nothing is. */
  readonly heals: string;
  /** What a run must have seen of it, or it proves nothing. */
  readonly mark: string;
}

/** Every fault by the name that scenarios call it by. */
export const faultTexts: Readonly<Record<string, FaultText>> = {
  kill: { what: "SIGKILL a server", heals: "starts it again", mark: "the server was gone" },
  stop: { what: "SIGTERM a server", heals: "starts it again", mark: "the server was gone" },
  restart: { what: "SIGTERM a server and start it again", heals: "starts it again", mark: "the server was gone" },
  pause: { what: "SIGSTOP a server", heals: "SIGCONT", mark: "the server stood still" },
  cut: { what: "break a link", heals: "lets it through", mark: "connections broken or refused" },
  delay: { what: "delay all on a link", heals: "lets it through", mark: "bytes delayed" },
  jitter: { what: "delay each piece on a link otherwise", heals: "lets it through", mark: "bytes delayed" },
  bandwidth: { what: "let so many bytes a second through a link", heals: "lets it through", mark: "bytes held back" },
  blackHole: { what: "swallow all on a link", heals: "lets it through", mark: "bytes swallowed" },
  halfOpen: { what: "swallow one direction of a link", heals: "lets it through", mark: "bytes swallowed" },
  resetAfter: { what: "reset connections after so many bytes", heals: "lets it through", mark: "connections reset" },
  http: {
    what: "answer, drop, delay or cut requests to the catalog, the store or Connect",
    heals: "takes the rule away",
    mark: "requests struck",
  },
  kafka: {
    what: "answer requests to a broker with one of Kafka's errors",
    heals: "takes the rule away",
    mark: "requests struck",
  },
  hold: {
    what: "stop a request at the proxy, strike, let it go",
    heals: "heals what struck",
    mark: "the request stood, and what struck left its own mark",
  },
  rewindSource: {
    what: "move the source's stored offset back",
    heals: "resumes the connector",
    mark: "the offset before and after",
  },
  rewindSinkGroups: {
    what: "move the sink's consumer groups to the start",
    heals: "resumes the connector",
    mark: "the groups' offsets",
  },
  sequence: { what: "several faults, one after the other", heals: "each of them", mark: "all of their marks" },
  repeat: { what: "one fault again and again", heals: "it, each time", mark: "all of its marks" },
  "topics.empty": { what: "delete all records of a topic", heals: "", mark: "where the topic begins now" },
  "topics.remove": { what: "delete a topic", heals: "", mark: "the broker has deleted it" },
  "groups.stranger": {
    what: "a member that nobody asked for joins a group of the sink",
    heals: "it leaves",
    mark: "the group's members or state changed",
  },
  "lake.write": { what: "another writer's SQL on a table of the lake", heals: "", mark: "the statements ran" },
  "lake.rollBackTable": { what: "roll a table back by one snapshot", heals: "", mark: "both snapshots" },
  "lake.expireAllButCurrent": {
    what: "expire all snapshots but the current one",
    heals: "",
    mark: "how many were expired",
  },
  "lake.makeTableAgain": {
    what: "drop a table and make it again with its rows",
    heals: "",
    mark: "how many rows it had",
  },
  "lake.commitBurst": {
    what: "commit to a table as often as told",
    heals: "stops",
    mark: "commits made, commits refused",
  },
};
