using Fuzz;

if (FuzzOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(FuzzOptions.Usage);
    return 2;
}

return await new FuzzRun(options).ExecuteAsync() ? 0 : 1;
