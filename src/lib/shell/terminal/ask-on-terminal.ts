import { confirm, createPrompt } from '../../init/prompt.js';

/** Null where nobody can be asked; false when whoever is asked does not say yes. */
export async function askOnTerminal(question: string): Promise<boolean | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  const prompt = createPrompt({ input: process.stdin, output: process.stderr });
  try {
    return await confirm(prompt, question, false);
  } finally {
    prompt.close();
  }
}
