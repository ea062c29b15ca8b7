using Benchmarks;
using Benchmarks.Roles;

return args is ["role", ..] ? await RoleProgram.RunAsync(args[1..]) : await BenchmarkRun.RunAsync(args);
