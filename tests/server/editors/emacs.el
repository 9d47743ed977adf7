;;; What a user does in Emacs; the report is a JSON object in the file $REPORT.  -*- lexical-binding: t -*-

(require 'eglot)
(require 'json)
(require 'seq)

(defvar report (list (cons 'version emacs-version)))
(defconst longest 60 "Seconds.")

(defun note (key value) (push (cons key value) report))

(defun await (what test)
  "Wait until TEST returns something, which is WHAT; return it."
  (let ((end (+ (float-time) longest)) result)
    (while (not (setq result (funcall test)))
      (when (> (float-time) end) (error "Waited in vain for %s" what))
      (accept-process-output nil 0.05))
    result))

(defun findings ()
  (mapconcat (lambda (finding)
               (format "%d %s" (line-number-at-pos (flymake-diagnostic-beg finding))
                       (flymake-diagnostic-text finding)))
             (flymake-diagnostics) "\n"))

(defun after (text)
  (goto-char (point-min))
  (search-forward text))

(defun hint ()
  (seq-some (lambda (overlay)
              (and (overlay-get overlay 'eglot--inlay-hint)
                   (or (overlay-get overlay 'after-string)
                       (overlay-get overlay 'before-string))))
            (overlays-in (point-min) (point-max))))

(defun edit ()
  (find-file (getenv "SCRIPT"))
  (apply #'eglot--connect (eglot--guess-contact))
  (await "findings" (lambda () (flymake-start) (flymake-diagnostics)))
  (note 'opened (findings))

  (after "    scheduler.step()")
  (beginning-of-line)
  (insert "    ")
  ;; Without a keyboard, nothing is idle: tell the server now.
  (eglot--signal-textDocument/didChange)
  (await "what is typed" (lambda () (string-match-p "LR101" (findings))))
  (note 'typed (findings))

  (after "scheduler.st")
  (let (shown)
    (eglot-hover-eldoc-function (lambda (text &rest _) (setq shown text)))
    (note 'hover (substring-no-properties (await "a hover" (lambda () shown)))))

  (when (fboundp 'eglot-inlay-hints-mode)
    (eglot-inlay-hints-mode 1)
    (eglot--update-hints-1 (point-min) (point-max))
    (note 'hint (substring-no-properties (await "an inlay hint" #'hint))))

  (after "get_lr")
  (let ((actions (eglot-code-actions (point) nil nil nil)))
    (eglot-execute (eglot-current-server)
                   (seq-find (lambda (action) (eq t (plist-get action :isPreferred))) actions)))
  (note 'fixed (buffer-substring-no-properties (line-beginning-position) (line-end-position)))
  (eglot-shutdown (eglot-current-server)))

(condition-case trouble (edit) (error (note 'error (error-message-string trouble))))
(with-temp-file (getenv "REPORT") (insert (json-encode report)))
