# bash completion for `git factory` (through Git's own completion) and `git-factory`.
# Load it with: source <(git factory completion bash)

_git_factory_candidates() {
    local kind value
    COMPREPLY=()
    while IFS=, read -r kind value; do
        case $kind in
            dir) COMPREPLY=() && compopt -o dirnames ;;
            file) COMPREPLY=() && compopt -o default ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_WORDS="$1" COMP_CWORD="$2" _GIT_FACTORY_COMPLETE=bash_complete git-factory 2>/dev/null)
}

# Git's completion calls this one; `words` and `cword` are its own.
_git_factory() {
    local at=0
    while [ "$at" -lt "$cword" ] && [ "${words[at]}" != factory ]; do at=$((at + 1)); done
    local IFS=$'\n'
    _git_factory_candidates "git-factory"$'\n'"${words[*]:at+1}" "$((cword - at))"
}

_git_factory_direct() {
    local IFS=$'\n'
    _git_factory_candidates "git-factory"$'\n'"${COMP_WORDS[*]:1}" "$COMP_CWORD"
}

complete -o nosort -F _git_factory_direct git-factory 2>/dev/null || complete -F _git_factory_direct git-factory
