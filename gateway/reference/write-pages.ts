/** Writes the pages of docs/reference/ that are made from tables in the sources. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adminApiConformancePage } from './admin-api-conformance-page.ts';
import { adminApiPage } from './admin-api-page.ts';
import { errorsPage } from './errors-page.ts';
import { gatewayPage } from './gateway-page.ts';
import { httpPolicyPage } from './http-policy-page.ts';
import { lintPage } from './lint-page.ts';
import { pluginPages } from './plugin-pages.ts';
import { settingsPage } from './settings-page.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'reference');

const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  'admin-api.md': adminApiPage,
  'admin-api-conformance.md': adminApiConformancePage,
  'errors.md': errorsPage,
  'gateway.md': gatewayPage,
  'http-policy.md': httpPolicyPage,
  'lint.md': lintPage,
  'settings.md': settingsPage,
};

const PLUGINS = join(FOLDER, 'plugins');

rmSync(PLUGINS, { recursive: true, force: true });
mkdirSync(PLUGINS, { recursive: true });
for (const [file, render] of Object.entries(PAGES)) writeFileSync(join(FOLDER, file), await render());
for (const [file, text] of pluginPages()) writeFileSync(join(PLUGINS, file), text);
