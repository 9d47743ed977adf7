-- What a user does in Neovim; the report is a JSON object in the file $REPORT.

local report = { version = tostring(vim.version()) }
local LONGEST = 60000 -- milliseconds

local function wait(what, test)
  if not vim.wait(LONGEST, test, 50) then
    error("waited in vain for " .. what)
  end
end

local function findings()
  local lines = {}
  for _, finding in ipairs(vim.diagnostic.get(0)) do
    table.insert(lines, ("%d %s"):format(finding.lnum + 1, finding.code))
  end
  return table.concat(lines, ", ")
end

local function float()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      return window
    end
  end
end

local function go_to(pattern)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  vim.fn.search(pattern)
end

local function edit()
  wait("findings", function() return findings() ~= "" end)
  report.opened = findings()

  go_to([[scheduler\.step]])
  vim.cmd("normal! I    ")
  wait("what is typed", function() return findings():find("LR101") end)
  report.typed = findings()

  go_to([[scheduler\.step]])
  vim.lsp.buf.hover()
  wait("a hover", float)
  local shown = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(float()), 0, -1, false)
  report.hover = table.concat(shown, "\n")
  vim.api.nvim_win_close(float(), true)

  if vim.lsp.inlay_hint then
    wait("an inlay hint", function() return #vim.lsp.inlay_hint.get({ bufnr = 0 }) > 0 end)
    report.hint = vim.lsp.inlay_hint.get({ bufnr = 0 })[1].inlay_hint.label
  end

  go_to("get_lr")
  vim.lsp.buf.code_action({
    filter = function(action) return action.isPreferred end,
    apply = true,
  })
  wait("the fix", function() return not findings():find("LR405") end)
  report.fixed = vim.api.nvim_get_current_line()
end

local ok, message = pcall(edit)
report.error = not ok and message or nil
vim.fn.writefile({ vim.json.encode(report) }, vim.env.REPORT)
vim.cmd("qall!")
