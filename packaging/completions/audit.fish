
# 'cachet-mfa audit' is completed as the program that it becomes.
function __cachet-mfa_audit_completions
    set -l words (commandline --cut-at-cursor --tokenize --current-process)
    complete --do-complete (string join -- ' ' cachet-mfa-audit (string escape -- $words[3..]) (commandline --cut-at-cursor --current-token))
end
complete -c 'cachet-mfa' -n '__fish_seen_subcommand_from audit' -fa '(__cachet-mfa_audit_completions)'
