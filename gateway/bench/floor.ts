/** The floor: a bare Fastify that answers a constant of the size of a consumer. */
import Fastify from 'fastify';

const BODY = JSON.stringify({
  id: '00000000-0000-4000-8000-000000000001', username: 'consumer-1', custom_id: null, tags: null, created_at: 1, updated_at: 1,
});

const app = Fastify({ logger: false });
app.all('/*', (_request, reply) => reply.header('content-type', 'application/json; charset=utf-8').send(BODY));
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
process.on('SIGTERM', () => void app.close());
