// fast-gateway with one route. PORT, UPSTREAM: ports on the loopback address.
import gateway from 'fast-gateway';

const server = gateway({ routes: [{ prefix: '', target: `http://127.0.0.1:${process.env.UPSTREAM}` }] });
await server.start(Number(process.env.PORT), '127.0.0.1');
