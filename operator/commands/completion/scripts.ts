// What a shell runs to complete the arguments of `kubectl-peerprobe`: each asks the program itself, so that no list of
// options can be out of date. `kubectl peerprobe` is completed by kubectl's own script, which asks `kubectl_complete-peerprobe`.

/** First argument by which the program is asked for candidates. */
export const COMPLETE = '__complete'

/** Shells that there is a script for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const

/** {@inheritDoc SHELLS} */
export type Shell = typeof SHELLS[number]

// bash splits words at the characters of COMP_WORDBREAKS, by default also at colons, which names of contexts contain, and at equals signs: the
// words are taken from the line, and a candidate replaces what stands behind the last such character. Answers to `--option=` are values alone.
const BASH = String.raw`# bash completion for kubectl-peerprobe
_kubectl_peerprobe() {
  local answer line before="${'${COMP_LINE:0:COMP_POINT}'}" begun lead= kept=
  local -a words
  read -ra words <<< "$before"
  case $before in *[[:space:]]) words+=('') ;; esac
  begun="${'${words[-1]}'}"
  case $begun in --*=*) lead="${'${begun%%=*}'}="; begun="${'${begun#*=}'}" ;; esac
  case $COMP_WORDBREAKS in *=*) lead= ;; esac
  case $COMP_WORDBREAKS in *:*) kept="${'${begun%"${begun##*:}"}'}" ;; esac
  [ -z "$kept" ] || lead=
  COMPREPLY=()
  answer=$(kubectl-peerprobe ${COMPLETE} "${'${words[@]:1}'}" 2>/dev/null) || return 0
  while IFS= read -r line; do
    case $line in
      :0) [ "${'${#COMPREPLY[@]}'}" -gt 0 ] || compopt -o default ;;
      :*) ;;
      *) line="${'${line%%$\'\\t\'*}'}"; COMPREPLY+=("$lead${'${line#"$kept"}'}") ;;
    esac
  done <<< "$answer"
}
complete -F _kubectl_peerprobe kubectl-peerprobe
`

const ZSH = String.raw`#compdef kubectl-peerprobe
_kubectl_peerprobe() {
  local line
  local -a candidates
  local files=0
  while IFS= read -r line; do
    case $line in
      :0) files=1 ;;
      :*) ;;
      *) candidates+=("${'${${line//:/\\\\:}/$\'\\t\'/:}'}") ;;
    esac
  done < <(kubectl-peerprobe ${COMPLETE} "${'${(@)words[2,CURRENT]}'}" 2>/dev/null)
  [[ ${'${words[CURRENT]}'} != --*=* ]] || compset -P '*='
  if (( ${'${#candidates}'} )); then
    _describe 'kubectl-peerprobe' candidates
  elif (( files )); then
    _files
  fi
}
compdef _kubectl_peerprobe kubectl-peerprobe
`

const FISH = String.raw`# fish completion for kubectl-peerprobe
function __kubectl_peerprobe_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lead (string match -r -- '^--[^=]+=' (commandline -ct))
  set -l answer (kubectl-peerprobe ${COMPLETE} $words[2..-1] 2>/dev/null)
  for line in $answer
    switch $line
      case ':0'
        if test (count $answer) -eq 1
          for path in (__fish_complete_path (string replace -- "$lead" '' (commandline -ct)))
            echo "$lead$path"
          end
        end
      case ':*'
      case '*'
        echo "$lead$line"
    end
  end
end
complete -c kubectl-peerprobe -f -a '(__kubectl_peerprobe_complete)'
`

/** The script of each shell. */
export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH }

/** The same for another program that answers {@link COMPLETE} in this form. */
export function completionScripts (program: string): Readonly<Record<Shell, string>> {
  const named = (script: string): string => script.replaceAll('kubectl-peerprobe', program).replaceAll('kubectl_peerprobe', program.replaceAll('-', '_'))

  return { bash: named(BASH), zsh: named(ZSH), fish: named(FISH) }
}
