/** `/config` of a node without a database: replaces everything by a declarative configuration, and reads it back. */
import type { DeclarativeConfiguration } from '../declarative-configuration.ts';
import { takesType } from './config-request.ts';
import type { AdminAnswer, Endpoint } from './endpoint.ts';
import { htmlPage } from './html-page.ts';

const ABOUT = 'the declarative configuration of a node without a database';

/** @param configuration absent on a node with a database */
export function configEndpoint(configuration: DeclarativeConfiguration | undefined): Endpoint {
  if (!configuration) {
    return { path: '/config', about: ABOUT, methods: { GET: () => ONLY_WITHOUT_DATABASE, POST: () => ONLY_WITHOUT_DATABASE } };
  }
  return {
    path: '/config',
    about: ABOUT,
    readsAnyType: true,
    methods: {
      GET: async () => ({ status: 200, body: { config: await configuration.toYaml() } }),
      POST: async ({ bytes, contentType, query }) => {
        if (!takesType(contentType, bytes)) return htmlPage(415);
        const outcome = await configuration.load({ body: bytes, contentType, query: query.toString() });
        switch (outcome.kind) {
          case 'busy': return BUSY;
          case 'unchanged': return { status: 304 };
          case 'refused': return outcome.answer;
          case 'loaded': return { status: 201, body: outcome.shown, headers: { 'content-type': 'application/json; charset=utf-8' } };
        }
      },
    },
  };
}

const ONLY_WITHOUT_DATABASE: AdminAnswer = {
  status: 400, body: { message: 'this endpoint is only available when Kong is configured to not use a database' },
};

const BUSY: AdminAnswer = { status: 429, body: { message: 'Currently loading previous configuration' }, headers: { 'retry-after': '1' } };
