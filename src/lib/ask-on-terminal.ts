import { confirm, createPrompt } from './init/prompt.js';

/** False where nobody can be asked, or whoever is asked does not say yes. */
export async function askOnTerminal(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const prompt = createPrompt({ input: process.stdin, output: process.stderr });
  try {
    return await confirm(prompt, question, false);
  } finally {
    prompt.close();
  }
}
