#compdef collab
# zsh completion of collab. In ~/.zshrc, after compinit: source <(collab completion zsh)
_collab() {
    local -a found
    found=("${(@f)$(collab "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
    found=("${(@)found:#}")
    if (( ${#found} )); then compadd -a found; else _files; fi
}
if (( $+functions[compdef] )); then compdef _collab collab; fi
