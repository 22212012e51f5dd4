import { Component } from 'projen';
import type { awscdk } from 'projen';
import { LAYERS } from './layer-table';
import type { Layer } from './layer-table';

/**
 * The editor-time half of the layer rules: ESLint zones made from the table, and no import cycles anywhere.
 * The other half counts types, too, and runs with the bundler (projenrc/layer-check.ts).
 */
export class Layers extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const eslint = project.eslint;
    if (!eslint) throw new Error('the layer rules need ESLint: leave `eslint` on in .projenrc.ts');
    eslint.addRules({
      'import/no-cycle': ['error'],
      'import/no-restricted-paths': ['error', { zones: zones() }],
      'import/order': [
        'error',
        { groups: ['builtin', 'external', 'internal', 'parent', 'sibling', 'index'], alphabetize: { order: 'asc', caseInsensitive: true } },
      ],
      'curly': ['error', 'multi-line'],
      // File modes and addresses are bits.
      'no-bitwise': 'off',
      // Tables read best with several columns a line.
      '@stylistic/object-property-newline': 'off',
      // Addresses cannot be broken.
      '@stylistic/max-len': ['error', { code: 140, ignoreUrls: true }],
    });
    eslint.addOverride({
      files: ['gateway/**/*.ts', 'cli/**/*.ts', 'projenrc/**/*.ts', 'examples/**/*.ts', 'test/**/*.ts', '.projenrc.ts'],
      rules: { 'import/no-extraneous-dependencies': 'off', 'import/no-unresolved': 'off' },
    });
    // Suites are next to the code and test it from outside, with real neighbours. projenrc/layer-check.ts checks what ships.
    eslint.addOverride({ files: ['**/*.test.ts'], rules: { 'import/no-restricted-paths': 'off' } });
  }
}

/**
 * One zone for each room and each top folder it may not import from as a whole. Rooms with `*` are left to the check
 * on the import graph: a zone cannot say "another folder than mine".
 */
function zones() {
  return Object.entries(LAYERS).filter(([room]) => !room.includes('*')).flatMap(([room, layer]) => {
    const target = `./${room}`;
    return ['src', 'gateway', 'cli'].map((top) => ({
      target,
      from: `./${top}`,
      except: [...new Set([room, ...nestedRooms(room), ...importable(layer)])]
        .filter((allowed) => allowed === top || allowed.startsWith(`${top}/`))
        .map((allowed) => `.${allowed.slice(top.length)}`),
      message: layer.why,
    })).filter((zone) => !zone.except.includes('.'));
  });
}

/** A zone covers the rooms below it as well; those have rows, and so zones, of their own, which may allow more. */
function nestedRooms(room: string): string[] {
  return Object.keys(LAYERS).filter((other) => other.startsWith(`${room}/`)).flatMap((other) => importable(LAYERS[other]));
}

/** ESLint cannot tell a type from code, nor `private/` from the folder that it is in: the check on the import graph can. */
function importable({ mayImport, mayImportTypesOf = [] }: Layer): readonly string[] {
  return [...mayImport, ...mayImportTypesOf];
}
