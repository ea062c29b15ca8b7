using System.Collections;
using Sidecar.Host.Commands;
using Sidecar.Host.Output;
using Sidecar.Host.Runs;

var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? "", StringComparer.Ordinal);
var context = new HostContext(new TerminalConsole(Console.Out, Console.Error), environment, TimeProvider.System, new EmbeddedSidecars(TimeProvider.System));
using var signals = new StopSignals();
return await CommandTable.ExecuteAsync(args, context, signals);
