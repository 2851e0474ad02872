# Builds into build/, tests without touching the machine, installs where the installed libpam looks.
#
#   make [build]            build/pam_cachet_mfa.so, cachet-mfa-broker, cachet-mfa and cachet-mfa-audit
#   make demo               shows a sign-in, its replay and its throttle, in a temporary folder; as root
#                           also the web's sign-in page, in the root of the tests
#   make test               everything; as root also real sshd, sudo, su and web servers in a root of their own
#   make test-long          what takes hours, on Debian 12 and 13 made from nothing; as root
#   make install            DESTDIR=, prefix=/usr/local, pamdir= (found by packaging/pamdir)
#   make uninstall          refuses while a line in /etc/pam.d names the module
#   make fuzz               hostile inputs, and the lines that they reach; FUZZ_SECONDS= for each (300)
#   make sanitize           the rooms, the shim and the module under sanitizers
#   make bench              times the module and, as root, the broker, beside others of their kind
#   make deb lint format clean
#
# Only relative names are used: the folder of the sources may have blanks in its name.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build
.NOTPARALLEL:

DESTDIR :=
prefix := /usr/local
bindir = $(prefix)/bin
mandir = $(prefix)/share/man
docdir = $(prefix)/share/doc/cachet-mfa
sharedir = $(prefix)/share/cachet-mfa
libexecdir = $(prefix)/lib/cachet-mfa
unitdir = $(prefix)/lib/systemd/system
sysusersdir = $(prefix)/lib/sysusers.d
tmpfilesdir = $(prefix)/lib/tmpfiles.d
units = $(notdir $(foreach kind,socket service timer path,$(wildcard packaging/systemd/*.$(kind))))
bash_completions = $(prefix)/share/bash-completion/completions
fish_completions = $(prefix)/share/fish/vendor_completions.d
zsh_completions = $(prefix)/share/zsh/vendor-completions
# Empty: where the installed libpam keeps pam_unix.so, asked for only when it is needed.
pamdir :=
find_pamdir = pamdir='$(pamdir)'; [ -n "$$pamdir" ] || pamdir=$$(packaging/pamdir)

.PHONY: build module cli audit tools
build: module cli audit

module:
	@packaging/dependencies build
	swift build -c release --product pam_cachet_mfa --traits EmbeddedModule \
	  --scratch-path .build-pam --disable-local-rpath
	swift build -c release --product cachet-mfa-broker --traits EmbeddedModule \
	  --scratch-path .build-pam --disable-local-rpath
	@mkdir -p build/debug
	@install -m 755 .build-pam/release/libpam_cachet_mfa.so build/debug/pam_cachet_mfa.so
	@strip --strip-unneeded --remove-section=.comment -o build/pam_cachet_mfa.so build/debug/pam_cachet_mfa.so
	@install -m 755 .build-pam/release/cachet-mfa-broker build/debug/cachet-mfa-broker
	@strip -o build/cachet-mfa-broker build/debug/cachet-mfa-broker

cli:
	@packaging/dependencies build
	swift build -c release --product cachet-mfa --static-swift-stdlib --disable-local-rpath
	@mkdir -p build/debug
	@install -m 755 .build/release/cachet-mfa build/debug/cachet-mfa
	@strip -o build/cachet-mfa build/debug/cachet-mfa

audit:
	@packaging/dependencies build
	swift build -c release --product cachet-mfa-audit --static-swift-stdlib --disable-local-rpath
	@mkdir -p build/debug
	@install -m 755 .build/release/cachet-mfa-audit build/debug/cachet-mfa-audit
	@strip -o build/cachet-mfa-audit build/debug/cachet-mfa-audit

tools:
	@$(MAKE) --no-print-directory -C Tests/Tools

.PHONY: demo test test-long bench fuzz sanitize deb
demo:
	@packaging/dependencies demo
	@$(MAKE) --no-print-directory build tools
	@docs/demo

test:
	@packaging/dependencies test deb
	@$(MAKE) --no-print-directory build tools lint
	@packaging/deb
	@Tests/HostTests/testroot make
	@Tests/HostTests/testroot make browser
	@Tests/HostTests/testroot make database
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-5} Tests/Fuzz/run
	@Tests/run

test-long:
	@Tests/long

bench:
	@packaging/dependencies test
	@$(MAKE) --no-print-directory build tools
	@[ "$$(id -u)" -ne 0 ] || Tests/HostTests/testroot make
	@Tests/Bench/run
	@Tests/Bench/broker

fuzz:
	@packaging/dependencies build
	@Tests/Fuzz/run
	@Tests/Fuzz/coverage

sanitize:
	@packaging/dependencies build
	@$(MAKE) --no-print-directory cli tools
	@Tests/Sanitize/run $(SANITIZE)

deb:
	@packaging/dependencies build deb
	@$(MAKE) --no-print-directory build
	@packaging/deb

.PHONY: lint format clean
lint:
	@Tests/lint

format:
	swift format --in-place --recursive --parallel Sources Tests Package.swift

clean:
	rm -rf build .build .build-*

.PHONY: install uninstall
install:
	@for program in pam_cachet_mfa.so cachet-mfa-broker cachet-mfa cachet-mfa-audit; do [ -e "build/$$program" ] || \
	  { echo "install: error: nothing built yet" >&2; echo "install: hint: run 'make' first" >&2; exit 1; }; done
	@umask 022; $(find_pamdir); install -D -m 644 build/pam_cachet_mfa.so "$(DESTDIR)$$pamdir/pam_cachet_mfa.so"; \
	  echo "installed $(DESTDIR)$$pamdir/pam_cachet_mfa.so"
	@umask 022; for program in cachet-mfa cachet-mfa-audit; do \
	  install -D -m 755 "build/$$program" "$(DESTDIR)$(bindir)/$$program"; \
	  echo "installed $(DESTDIR)$(bindir)/$$program"; \
	done
	@umask 022; install -D -m 755 build/cachet-mfa-broker "$(DESTDIR)$(libexecdir)/cachet-mfa-broker"; \
	  echo "installed $(DESTDIR)$(libexecdir)/cachet-mfa-broker"
	@umask 022; for unit in $(units); do \
	  install -D -m 644 "packaging/systemd/$$unit" "$(DESTDIR)$(unitdir)/$$unit"; \
	  sed -i 's,/usr/lib/cachet-mfa/,$(libexecdir)/,; s,/usr/bin/,$(bindir)/,' "$(DESTDIR)$(unitdir)/$$unit"; \
	  echo "installed $(DESTDIR)$(unitdir)/$$unit"; \
	done
	@umask 022; install -D -m 644 packaging/systemd/sysusers.conf "$(DESTDIR)$(sysusersdir)/cachet-mfa.conf"
	@umask 022; install -D -m 644 packaging/systemd/tmpfiles.conf "$(DESTDIR)$(tmpfilesdir)/cachet-mfa.conf"
	@umask 022; install -D -m 644 packaging/systemd/network-pam.conf \
	  "$(DESTDIR)$(sharedir)/systemd/network-pam.conf"
	@umask 022; for page in docs/man/*.[158]; do \
	  [ -e "$$page" ] || continue; \
	  install -D -m 644 "$$page" "$(DESTDIR)$(mandir)/man$${page##*.}/$${page##*/}"; \
	  echo "installed $(DESTDIR)$(mandir)/man$${page##*.}/$${page##*/}"; \
	done
	@umask 022; for page in README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md docs/*.md docs/*.png docs/decisions/* \
	  pam/recipes/*; do \
	  [ -e "$$page" ] || continue; \
	  install -D -m 644 "$$page" "$(DESTDIR)$(docdir)/$$(echo "$$page" | sed -E "s,^(pam|docs)/,,")"; \
	done; echo "installed $(DESTDIR)$(docdir)"
	@umask 022; for file in packaging/apache/* packaging/apache/page/* packaging/nginx/*; do \
	  [ -d "$$file" ] || install -D -m 644 "$$file" "$(DESTDIR)$(sharedir)/$${file#packaging/}"; \
	done; chmod 755 "$(DESTDIR)$(sharedir)/apache/passphrases"; echo "installed $(DESTDIR)$(sharedir)"
	@sed -i 's,/usr/share/cachet-mfa/,$(sharedir)/,' "$(DESTDIR)$(sharedir)"/apache/*.service "$(DESTDIR)$(sharedir)"/nginx/guard.conf
	@# The pages of docs/ and pam/ lie beside the others there.
	@sed -i -E 's,]\((pam|docs)/,](,g' "$(DESTDIR)$(docdir)"/*.md
	@umask 022; mkdir -p "$(DESTDIR)$(bash_completions)" "$(DESTDIR)$(fish_completions)" "$(DESTDIR)$(zsh_completions)"
	@umask 022; for program in cachet-mfa cachet-mfa-audit; do \
	  "build/$$program" --generate-completion-script bash > "$(DESTDIR)$(bash_completions)/$$program"; \
	  "build/$$program" --generate-completion-script fish > "$(DESTDIR)$(fish_completions)/$$program.fish"; \
	  "build/$$program" --generate-completion-script zsh > "$(DESTDIR)$(zsh_completions)/_$$program"; \
	done
	@# 'cachet-mfa audit' is completed as the program that it becomes; zsh calls what is last in its script.
	@cat packaging/completions/audit.bash >> "$(DESTDIR)$(bash_completions)/cachet-mfa"
	@cat packaging/completions/audit.fish >> "$(DESTDIR)$(fish_completions)/cachet-mfa.fish"
	@sed -i '/^if \[\[ "$${funcstack/e cat packaging/completions/audit.zsh' "$(DESTDIR)$(zsh_completions)/_cachet-mfa"

uninstall:
	@packaging/in-use "$(DESTDIR)"
	@$(find_pamdir); rm -f "$(DESTDIR)$$pamdir/pam_cachet_mfa.so"
	@for program in cachet-mfa cachet-mfa-audit; do \
	  rm -f "$(DESTDIR)$(bindir)/$$program" "$(DESTDIR)$(bash_completions)/$$program" \
	    "$(DESTDIR)$(fish_completions)/$$program.fish" "$(DESTDIR)$(zsh_completions)/_$$program"; \
	done
	@for page in docs/man/*.[158]; do \
	  rm -f "$(DESTDIR)$(mandir)/man$${page##*.}/$${page##*/}"; \
	done
	@rm -f $(foreach unit,$(units),"$(DESTDIR)$(unitdir)/$(unit)") \
	  "$(DESTDIR)$(sysusersdir)/cachet-mfa.conf" "$(DESTDIR)$(tmpfilesdir)/cachet-mfa.conf"
	@rm -rf "$(DESTDIR)$(libexecdir)" "$(DESTDIR)$(docdir)" "$(DESTDIR)$(sharedir)/apache" \
	  "$(DESTDIR)$(sharedir)/nginx" "$(DESTDIR)$(sharedir)/systemd"
	@rmdir --ignore-fail-on-non-empty "$(DESTDIR)$(sharedir)"
	@echo "removed; /etc/cachet-mfa and /var/lib/cachet-mfa are left as they are"
