import stylistic from '@stylistic/eslint-plugin'
import jsdoc from 'eslint-plugin-jsdoc'
import perfectionist from 'eslint-plugin-perfectionist'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** Forbids a folder from importing the folders above it. */
const layer = (files, group, message, allowTypeImports = false) => ({
  files,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ group, message, allowTypeImports }] }] }
})

/** Listeners stay on a signal that outlives their wait: one function adds them, and gives what takes them off. */
const ABORT_LISTENER = {
  selector: 'CallExpression[callee.property.name=/^(addEventListener|once|on)$/][arguments.0.value=\'abort\']',
  message: 'Wait by core/time: onAbort, raceAbort, sleep, pause, withTimeLimit or childController; their listeners do not stay on the signal.'
}

/** TypeScript's `private` is gone at run time: a #field is private for those who call from JavaScript too, and needs no build step. */
const PRIVATE_KEYWORD = {
  selector: ':matches(PropertyDefinition, MethodDefinition, TSParameterProperty, AccessorProperty)[accessibility=\'private\'][kind!=\'constructor\']',
  message: 'Write #name: a private member of the language.'
}

/** One way to leave out a field that has no value. */
const OPTIONAL_FIELD = {
  selector: 'SpreadElement > ConditionalExpression > ObjectExpression[properties.length=0]',
  message: 'Write optional fields as ...defined({ field }): core/defined.ts leaves out those without a value.'
}

export default defineConfig(
  globalIgnores(['dist/', 'docs/api/']),
  stylistic.configs.customize({ indent: 2, quotes: 'single', semi: false, commaDangle: 'never', braceStyle: '1tbs', arrowParens: false }),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { jsdoc, perfectionist },
    rules: {
      // size: a reader holds one function and one file in the head at once
      'max-lines': ['error', { max: 250 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'max-depth': ['error', 3],
      'complexity': ['error', 10],

      // dialect
      'curly': ['error', 'all'],
      'eqeqeq': ['error', 'always', { null: 'ignore' }],
      '@stylistic/space-before-function-paren': ['error', 'always'],
      '@stylistic/max-len': ['error', { code: 160, ignoreUrls: true, ignoreStrings: true, ignoreRegExpLiterals: true }],
      'perfectionist/sort-imports': ['error', { newlinesBetween: 0, groups: ['builtin', 'external', 'parent', 'sibling', 'type'] }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true, allowTypedFunctionExpressions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreUsingDeclarations: true }], // held until the end of its block
      '@typescript-eslint/no-redeclare': 'off', // a zod schema and its type share one name

      // comments
      // what other folders import has one: test/repo/documented.test.ts
      'jsdoc/no-types': 'error',
      'jsdoc/check-tag-names': 'error',
      'no-warning-comments': 'error',

      // a log message is a constant: variables go in the fields object
      'no-restricted-syntax': ['error', {
        selector: 'CallExpression[callee.property.name=/^(trace|debug|info|warn|error|fatal)$/][callee.object.name=\'log\'] > TemplateLiteral',
        message: 'Log a constant message and put variables in the fields object.'
      }, {
        selector: 'ThrowStatement > NewExpression[callee.name=\'Error\']',
        message: 'Throw a ProbeError with a code.'
      }, ABORT_LISTENER, OPTIONAL_FIELD, PRIVATE_KEYWORD]
    }
  },
  // Rows of databases are read by type (core/rows), never cast: another program can change a table or a file.
  { files: ['consumer/store/**', 'consumer/dumps/**', 'core/bus/embedded/**', 'core/files/**', 'core/rows/**'], rules: { '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }] } },
  { files: ['core/time/signals.ts'], rules: { 'no-restricted-syntax': 'off' } },
  layer(['core/**'], ['**/cli/**', '**/crawler/**', '**/consumer/**', '**/operator/**', '**/local/**'], 'core imports no component.'),
  layer(['crawler/**'], ['**/cli/**', '**/consumer/**', '**/operator/**', '**/local/**'], 'components meet only in core.'),
  layer(['crawler/engine/**'], ['**/consumer/**', '**/operator/**', '**/local/**', '**/wire/**', '**/publish/**', 'node:*', '@libp2p/*', 'libp2p', 'pino'], 'the engine is pure: decisions with an injected clock and visitor.', true),
  layer(['consumer/**'], ['**/cli/**', '**/crawler/**', '**/operator/**', '**/local/**'], 'components meet only in core.'),
  layer(['operator/**'], ['**/cli/**', '**/crawler/**', '**/consumer/**', '**/local/**'], 'components meet only in core.'),
  layer(['operator/model/**'], ['**/crawler/**', '**/consumer/**', '**/local/**', '**/reconcile/**', '**/runtime/**', 'node:*', 'pino', '@kubernetes/client-node'], 'model is pure: custom resource in, desired objects out.', true),
  layer(['operator/runtime/**'], ['**/crawler/**', '**/consumer/**', '**/local/**', '**/operator/api/**', '**/operator/model/**', '**/reconcile/**', '../api/**', '../model/**', '../reconcile/**'], 'the runtime knows nothing of PeerProbe.'),
  layer(['local/**'], ['**/cli/**', '**/crawler/engine/**', '**/crawler/wire/**', '**/consumer/pipeline/**', '**/operator/runtime/**', '**/operator/reconcile/**'], 'the local runner starts the components as processes and reads their stores.'),
  { files: ['test/**'], rules: { '@typescript-eslint/no-floating-promises': 'off', 'max-lines-per-function': 'off', 'no-restricted-syntax': 'off', '@typescript-eslint/require-await': 'off', '@typescript-eslint/no-base-to-string': 'off', '@typescript-eslint/no-non-null-assertion': 'off' } },
  // The classic model of a dashboard: every Grafana in use reads it.
  { files: ['helm/dashboards/**', 'scripts/pictures/**', 'test/support/dashboards/**', 'test/helm/**'], rules: { '@typescript-eslint/no-deprecated': 'off' } },
  layer(['helm/dashboards/**'], ['**/core/**', '**/crawler/**', '**/consumer/**', '**/operator/**', '**/local/**'], 'dashboards know the metrics by name: tests compare.'),
  { files: ['**/*.js'], rules: { '@stylistic/max-len': 'off' } }
)
