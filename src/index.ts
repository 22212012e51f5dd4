/** The version of Node.js that the packaged gateway runs on. */
export class PackagedGateway {}
