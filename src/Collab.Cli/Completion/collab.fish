# fish completion of collab: collab completion fish > ~/.config/fish/completions/collab.fish
function __collab_suggest
    set -l line (commandline -cp)
    collab "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
end
complete -c collab -a '(__collab_suggest)'
