# 'cachet-mfa audit' is completed as the program that it becomes.
_cachet-mfa_audit() {
    (( $+functions[_cachet-mfa-audit] )) || return
    words[1]=cachet-mfa-audit
    _cachet-mfa-audit
}

