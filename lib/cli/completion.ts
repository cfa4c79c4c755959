import type { Command } from 'commander';
import { BACKEND_NAMES } from '../backends/select';
import { LaminetError } from '../errors';
import { LOSS_NAMES } from '../losses/loss';
import { NETWORKS } from '../networks/networks';
import { NAMED_OPTIMIZERS } from './optimizers';
import type { CommandContext } from './terminal';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

const EXAMPLES = `
Examples:
  $ eval "$(laminet completion bash)"
  $ laminet completion zsh > ~/.zfunc/_laminet
  $ laminet completion fish > ~/.config/fish/completions/laminet.fish`;

/** Adds `laminet completion`, which knows the commands that were added before it. */
export function addCompletionCommand(program: Command, { print }: CommandContext): void {
  program
    .command('completion')
    .summary('print a script that completes commands in a shell')
    .description('Prints a script with which the shell completes commands, options, names of networks and run folders.')
    .argument('<shell>', `one of ${SHELLS.join(', ')}`)
    .addHelpText('after', EXAMPLES)
    .action((shell: string) => {
      const known = SHELLS.find((name) => name === shell);
      if (!known) {
        throw new LaminetError('E_UNKNOWN', `there is no shell "${shell}"; there are ${SHELLS.join(', ')}`, { shell });
      }
      print(SCRIPTS[known](program.commands.map(completed)));
    });
}

/** What can follow a command. */
interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly { readonly flag: string; readonly description: string; readonly values: string }[];
  /** Names that its argument can be; files and folders can always be. */
  readonly words: readonly string[];
}

/** The names that an option takes, beside which there are no others. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--loss': LOSS_NAMES,
  '--optimizer': NAMED_OPTIMIZERS,
  '--backend': BACKEND_NAMES,
  '--network': NETWORKS.map(({ name }) => name),
};

/** The names that an argument takes. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  network: NETWORKS.map(({ name }) => name),
  shell: SHELLS,
};

function completed(command: Command): Completed {
  return {
    name: command.name(),
    summary: command.summary(),
    options: [
      ...command.options.map(({ long, description, required }) => ({
        flag: long ?? '',
        description,
        values: required ? (VALUES[long ?? '']?.join(' ') ?? '<path>') : '',
      })),
      { flag: '--help', description: 'display help for command', values: '' },
    ],
    words: command.registeredArguments.flatMap((argument) => WORDS[argument.name()] ?? []),
  };
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (commands: readonly Completed[]) => string>> = {
  bash: bashScript,
  // zsh reads bash's completions.
  zsh: (commands) => `#compdef laminet\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(commands)}`,
  fish: fishScript,
};

/** Folders of runs are completed as files are; without a word, those in `runs` come first. */
function bashScript(commands: readonly Completed[]): string {
  const cases = commands.map(({ name, options, words }) => {
    const values = options
      .filter((option) => option.values !== '' && option.values !== '<path>')
      .map((option) => `        ${option.flag}) words=${quote(option.values)}; files= ;;`);
    const flags = options.map(({ flag }) => flag).join(' ');
    return [
      `    ${name})`,
      `      case "$cur" in -*) words=${quote(flags)}; files= ;; *) words=${quote(words.join(' '))} ;; esac`,
      ...(values.length > 0 ? ['      case "$prev" in', ...values, '      esac'] : []),
      '      ;;',
    ].join('\n');
  });
  const names = commands.map(({ name }) => name).join(' ');
  return `_laminet() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" words= files=1 word
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words=${quote(`${names} help --help --version --no-color`)}; files=
  else case "\${COMP_WORDS[1]}" in
    help) words=${quote(names)}; files= ;;
${cases.join('\n')}
  esac; fi
  for word in $words; do
    case "$word" in "$cur"*) COMPREPLY+=("$word") ;; esac
  done
  [ -n "$files" ] || return 0
  compopt -o filenames 2> /dev/null
  if [ -z "$cur" ] && [ -d runs ]; then cur=runs/; fi
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
}
complete -F _laminet laminet`;
}

function fishScript(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, summary, options, words }) => {
    const here = `complete -c laminet -n ${quote(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      `complete -c laminet -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`,
      ...(words.length > 0 ? [`${here} -a ${quote(words.join(' '))}`] : []),
      ...options.map(({ flag, description, values }) => {
        const taken = values === '' ? '' : values === '<path>' ? ' -r' : ` -x -a ${quote(values)}`;
        return `${here} -l ${flag.slice(2)}${taken} -d ${quote(description)}`;
      }),
    ];
  });
  return lines.join('\n');
}
