/** Builds the program `pinpoint-local`: one file of plain JavaScript, for `npx` and for machines with an older Node. */
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

/** Writes the program to `outfile`. */
export const buildProgram = async (outfile: string): Promise<void> => {
  await build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    outfile,
    bundle: true,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
  })
  await chmod(outfile, 0o755)
}

if (import.meta.main) await buildProgram(join(import.meta.dirname, '../../bin/pinpoint-local.mjs'))
