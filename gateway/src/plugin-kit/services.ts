/** What plugins share on a node. Each member is an interface here; `gateway/src/plugin-services` has the code. */

export interface NodeServices {
}
