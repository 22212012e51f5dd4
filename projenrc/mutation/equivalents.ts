/**
 * Mutants that no suite can notice, with the reason: the change leaves what the code does as it was.
 * Keys as `npx projen mutate` prints them: file, function, change. A key that no longer matches is reported.
 */
export const EQUIVALENTS: Readonly<Record<string, string>> = {
  "src/eksa/update/replaced-nodes.ts#workers: '' -> 'mutated'":
    'a group without a name gets the same key on both sides, and only names that exist are printed',
  "src/eksa/update/version-rules.ts#clusterVersion: '' -> 'mutated'":
    'neither is a version, and a cluster without one is refused by rule S1 before',
  "src/eksa/update/version-rules.ts#groupVersions: '' -> 'mutated'":
    'neither is a version, and a cluster without one is refused by rule S1 before',
  'src/eksa/rules/machine.ts#MACHINE_RULES: maxPods !== undefined && maxPods < 0 -> maxPods < 0':
    'undefined is not less than 0; the types ask for the first part',
  'src/eksa/rules/node-group.ts#healthCheckProblems: duration !== undefined && duration < 0 -> duration < 0':
    'undefined is not less than 0; the types ask for the first part',
  "src/eksa/rules/references.ts#providerOf: spec?.datacenterRef?.kind ?? '' -> spec?.datacenterRef?.kind":
    'neither is a kind of datacenter',
  "src/eksa/rules/references.ts#providerOf: '' -> 'mutated'": 'neither is a kind of datacenter',
  ['src/eksa/rules/tinkerbell-cluster.ts#bottlerocketVersion: machine && isBottlerocketMachine(machine) && minor !== undefined' +
  ' -> machine && isBottlerocketMachine(machine)']: 'undefined is not greater than a number; the types ask for the part that goes',
  'src/eksa/rules/tinkerbell-cluster.ts#imageNamesVersion: !owner || !url -> !url':
    'where there is no owner, there is no URL; the types do not know',
  ['src/eksa/rules/worker-groups.ts#versionWithoutGroups: groupsOf(cluster).length === 0 && minor !== undefined' +
  ' -> groupsOf(cluster).length === 0']: 'undefined is not less than a number; the types ask for the part that goes',
  'gateway/src/store/sql/data-plane-table.ts#list: 1 -> 2': 'pageOf() cuts the second row that is read ahead as it cuts the first',
  'gateway/src/store/sql/reader.ts#tags: 1 -> 2': 'pageOf() cuts the second row that is read ahead as it cuts the first',
  'gateway/src/store/expiry-watch.ts#look: this.#isClosed || this.#looking !== undefined -> this.#looking !== undefined':
    'the loop that begins after the end ends before its first look',
  'gateway/src/store/expiry-watch.ts##expireAndWait: at !== undefined && at * 1000 <= clock.now() -> at * 1000 <= clock.now()':
    'without a row, NaN is not less than the time',
  'gateway/src/store/postgres/change-listener.ts##reconnect: this.#isClosed || this.#retry -> this.#isClosed':
    'a connection is lost once, and the next one begins when the timer has ended: no timer is set at either call',
  "gateway/src/store/postgres/pool.ts#isOutage: error.code ?? '' -> error.code":
    'the expression matches neither an empty text nor the text `undefined`',
  "gateway/src/store/postgres/pool.ts#isOutage: '' -> 'mutated'": 'the expression matches neither text',
  "gateway/src/store/postgres/postgres.ts#dialect: 'read only' -> ''": 'a reader writes nothing; the mode saves work of the server',
  'gateway/src/store/sql/sql-store.ts#changesAfter: body === null -> false': 'JSON.parse(null) is null',
  'gateway/src/store/sqlite/driver.ts#judged: text !== undefined -> true':
    'a statement that is prepared is no write, and outside of a transaction no write is pending',
  'gateway/src/store/sqlite/sqlite.ts#BUSY_MS: 5_000 -> 5001': 'nothing depends on one millisecond of it',
  'gateway/src/data-plane/http/client-response.ts#header: value === undefined -> false': 'headerText() gives undefined back',
  "gateway/src/data-plane/http/http-exchange.ts#nextPart: ['readable', 'end', 'close'] -> ['readable', 'close']":
    'Node emits readable at the end of a body, too',
  'gateway/src/data-plane/http/proxy-listener.ts#responseOn: head.length > 0 -> true': 'no bytes put back are no change',
  'gateway/src/data-plane/http/proxy-listener.ts#responseOn: head.length > 0 -> head.length >= 0': 'no bytes put back are no change',
  'gateway/src/data-plane/http/proxy.ts#sendBody: hasBody(exchange.incoming) -> true':
    'a request without a body ends at once; the condition spares the pipe',
  'gateway/src/data-plane/http/proxy.ts#switchProtocols: answer.head.length > 0 -> true': 'writing no bytes sends nothing',
  'gateway/src/data-plane/http/proxy.ts#switchProtocols: answer.head.length > 0 -> answer.head.length >= 0':
    'writing no bytes sends nothing',
  'gateway/src/data-plane/http/request-facts.ts#namedClient: value !== undefined && isIP(value) !== 0 -> isIP(value) !== 0':
    'undefined is no address',
  'gateway/src/data-plane/http/request-facts.ts#readFacts: socket.localPort ?? 0 -> socket.localPort':
    'only a connection that is closed has no port, and its request is not sent',
  'gateway/src/data-plane/http/request-id.ts#POOL: 256 -> 257': 'the number of ids drawn at once',
  'gateway/src/data-plane/http/request-id.ts#nextRequestId: used === POOL.length -> true':
    'draws the bytes of each id on their own, which takes longer',
  "gateway/src/data-plane/http/upstream-pool.ts#getName: options?.verifyDepth ?? '' -> options?.verifyDepth":
    'any text that is no number tells connections apart',
  "gateway/src/data-plane/http/upstream-pool.ts#getName: '' -> 'mutated'": 'any text that is no number tells connections apart',
  'gateway/src/sync/client.ts#-: 0 -> 1': 'set when a tunnel opens, before anything reads it',
  'gateway/src/sync/client.ts#-: false -> true': 'set when a tunnel opens, before anything reads it',
  "gateway/src/sync/down-conversion.ts#conversionKey: ' ' -> ''": 'there are fewer than ten rules: each number is one digit',
  "gateway/src/sync/trust.ts#judgeAgain: '' -> 'mutated'": 'neither text has a certificate in it',
  "gateway/src/sync/tunnel-listener.ts##createServer: socket.once('close', () => this.#sockets.delete(socket)); -> (removed)":
    'frees memory only: what is closed is destroyed again without effect',
  "gateway/src/sync/tunnel-listener.ts##createServer: 'close' -> ''": 'frees memory only: what is closed is destroyed again without effect',
  "gateway/src/sync/versions.ts#parseVersion: '' -> 'mutated'": 'neither is a version',
  "gateway/src/sync/versions.ts#parseVersion: text ?? '' -> text": 'the pattern reads a missing text as "undefined", which is no version',
  'gateway/src/data-plane/http/pipeline.ts##write: response.destroyed || response.headersSent -> response.headersSent':
    'Node drops what is written to an answer whose client is gone',
};
