# fish completion for `git factory` and `git-factory`.
# Load it with: git factory completion fish | source

function __git_factory_candidates
    set -l tokens (commandline -opc)
    if test "$tokens[1]" = git
        while test (count $tokens) -gt 0; and test "$tokens[1]" != factory
            set -e tokens[1]
        end
    end
    set -e tokens[1]
    set -l answer (env _GIT_FACTORY_COMPLETE=fish_complete COMP_WORDS="git-factory $tokens "(commandline -ct) COMP_CWORD=(commandline -ct) git-factory 2>/dev/null)
    for line in $answer
        set -l parts (string split -m 1 "," -- $line)
        switch $parts[1]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
            case plain
                echo $parts[2]
        end
    end
end

complete --no-files --command git-factory --arguments "(__git_factory_candidates)"
complete --no-files --command git --condition "__fish_seen_subcommand_from factory" --arguments "(__git_factory_candidates)"
