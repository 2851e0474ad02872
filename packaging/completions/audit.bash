
# 'cachet-mfa audit' is completed as the program that it becomes.
_cachet-mfa_or_audit() {
    local -r script="${BASH_SOURCE[0]%/*}/cachet-mfa-audit"
    if [[ "${COMP_CWORD}" -lt 2 || "${COMP_WORDS[1]}" != audit ]]; then
        _cachet-mfa "${@}"
    elif [[ -r "${script}" ]]; then
        declare -F _cachet-mfa-audit >/dev/null || source "${script}"
        COMP_WORDS=(cachet-mfa-audit "${COMP_WORDS[@]:2}")
        COMP_CWORD=$((COMP_CWORD - 1))
        # As long as before.
        COMP_LINE="${COMP_LINE/#cachet-mfa audit/cachet-mfa-audit}"
        _cachet-mfa-audit cachet-mfa-audit "${2}" "${COMP_WORDS[COMP_CWORD - 1]}"
    fi
}

complete -o filenames -F _cachet-mfa_or_audit cachet-mfa
