# bash completion of collab. In ~/.bashrc: source <(collab completion bash)
_collab() {
    local word=${COMP_WORDS[COMP_CWORD]}
    mapfile -t COMPREPLY < <(compgen -W "$(collab "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "$word")
}
complete -o default -F _collab collab
