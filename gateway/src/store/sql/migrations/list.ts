/** All migrations, oldest first. A migration that was released is never changed or removed. */
import type { Migration } from '../migrate.ts';
import { entities } from './0001-entities.ts';
import { uniqueValues } from './0002-unique-values.ts';
import { history } from './0003-history.ts';
import { keptAnswers } from './0004-kept-answers.ts';

export const MIGRATIONS: readonly Migration[] = [entities, uniqueValues, history, keptAnswers];
