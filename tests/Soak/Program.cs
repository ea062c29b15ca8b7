using Soak;

if (SoakOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(SoakOptions.Usage);
    return 2;
}

await using var run = await SoakRun.StartAsync(options);
return await run.ExecuteAsync() ? 0 : 1;
